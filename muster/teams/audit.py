"""The audit log: who did what, for the Admins of a team and the owners of the installation."""

from __future__ import annotations

from typing import Any

from muster.core.sentences.language import gettext, gettext_noop
from muster.teams.models import AuditEntry, Team, User

ACTIONS = {
    "sign-in": gettext_noop("Signed in"),
    "sign-in-refused": gettext_noop("Sign-in refused"),
    "sign-out": gettext_noop("Signed out"),
    "password-changed": gettext_noop("Changed their password"),
    "email-changed": gettext_noop("Changed their e-mail address"),
    "second-factor-added": gettext_noop("Added a second factor"),
    "second-factor-removed": gettext_noop("Removed a second factor"),
    "session-ended": gettext_noop("Ended a session"),
    "token-made": gettext_noop("Made an API token"),
    "token-revoked": gettext_noop("Revoked an API token"),
    "team-created": gettext_noop("Created the team"),
    "team-changed": gettext_noop("Changed the team"),
    "user-invited": gettext_noop("Invited a user"),
    "invitation-accepted": gettext_noop("Accepted an invitation"),
    "invitation-withdrawn": gettext_noop("Withdrew an invitation"),
    "user-added": gettext_noop("Added a user"),
    "user-removed": gettext_noop("Removed a user"),
    "role-changed": gettext_noop("Changed a role"),
    "staff-id-changed": gettext_noop("Changed a Staff ID"),
    "owner-made": gettext_noop("Made an owner"),
    "mail-server-set": gettext_noop("Set the mail server"),
    "owner-ended": gettext_noop("Took ownership away"),
    "account-off": gettext_noop("Switched an account off"),
    "account-on": gettext_noop("Switched an account on"),
    "second-factor-taken": gettext_noop("Took somebody's second factor away"),
    "field-added": gettext_noop("Added a field"),
    "field-changed": gettext_noop("Changed a field"),
    "field-deleted": gettext_noop("Deleted a field"),
    "fields-ordered": gettext_noop("Ordered the fields"),
    "answer-deleted": gettext_noop("Deleted a column answer"),
    "import-started": gettext_noop("Started an import"),
    "import-confirmed": gettext_noop("Confirmed an import"),
    "import-cancelled": gettext_noop("Cancelled an import"),
    "import-handed-back": gettext_noop("Whoever confirmed an import may not import any more: it is a draft again"),
    "import-undone": gettext_noop("Undid an import"),
    "recipe-renamed": gettext_noop("Renamed a recipe"),
    "recipe-deleted": gettext_noop("Deleted a recipe"),
    "webhook-added": gettext_noop("Added a webhook"),
    "webhook-changed": gettext_noop("Changed a webhook"),
    "webhook-secret-renewed": gettext_noop("Made a new secret for a webhook"),
    "webhook-deleted": gettext_noop("Deleted a webhook"),
    "webhook-switched-off": gettext_noop("A webhook was switched off"),
    "connection-added": gettext_noop("Added a connection"),
    "connection-changed": gettext_noop("Changed a connection"),
    "connection-deleted": gettext_noop("Deleted a connection"),
    "exported": gettext_noop("Exported contacts"),
    "contact-erased": gettext_noop("Erased a contact"),
    "erasure-ended": gettext_noop("Past imports no longer hold an erased contact"),
    "contacts-assigned": gettext_noop("Assigned contacts"),
    "contacts-opted-out": gettext_noop("Opted contacts out"),
    "opt-outs-applied": gettext_noop("Applied the opt-outs of rows that were left out"),
    "stop-lifted": gettext_noop("Opted in a contact who had said STOP"),
}


def record(team: Team | None, by: User | None, action: str, **details: Any) -> AuditEntry:
    """Write one entry. It stands in the caller's transaction: what did not happen is not in the log."""
    return AuditEntry.objects.create(team=team, by=by, by_email=by.email if by else "", action=action, details=details)


def record_for_teams_of(user: User, action: str, **details: Any) -> None:
    """Write an entry about a user into the log of every team they are in, and into the installation's."""
    teams: list[Team | None] = [None, *Team.objects.filter(memberships__user=user)]
    entries = [AuditEntry(team=team, by=user, by_email=user.email, action=action, details=details) for team in teams]
    AuditEntry.objects.bulk_create(entries)


def label(action: str) -> str:
    """The words for an action, in the past."""
    return gettext(ACTIONS.get(action, action))
