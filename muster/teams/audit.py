"""The audit log: who did what, for the Admins of a team and the owners of the installation."""

from __future__ import annotations

from typing import Any

from muster.teams.models import AuditEntry, Team, User

ACTIONS = {
    "sign-in": "Signed in",
    "sign-in-refused": "Sign-in refused",
    "sign-out": "Signed out",
    "password-changed": "Changed their password",
    "email-changed": "Changed their e-mail address",
    "second-factor-added": "Added a second factor",
    "second-factor-removed": "Removed a second factor",
    "session-ended": "Ended a session",
    "token-made": "Made an API token",
    "token-revoked": "Revoked an API token",
    "team-created": "Created the team",
    "team-changed": "Changed the team",
    "user-invited": "Invited a user",
    "invitation-accepted": "Accepted an invitation",
    "invitation-withdrawn": "Withdrew an invitation",
    "user-added": "Added a user",
    "user-removed": "Removed a user",
    "role-changed": "Changed a role",
    "staff-id-changed": "Changed a Staff ID",
    "owner-made": "Made an owner",
    "mail-server-set": "Set the mail server",
    "owner-ended": "Took ownership away",
    "account-off": "Switched an account off",
    "account-on": "Switched an account on",
    "second-factor-taken": "Took somebody's second factor away",
    "field-added": "Added a field",
    "field-changed": "Changed a field",
    "field-deleted": "Deleted a field",
    "fields-ordered": "Ordered the fields",
    "answer-deleted": "Deleted a column answer",
    "import-started": "Started an import",
    "import-confirmed": "Confirmed an import",
    "import-cancelled": "Cancelled an import",
    "import-undone": "Undid an import",
    "webhook-added": "Added a webhook",
    "webhook-changed": "Changed a webhook",
    "webhook-secret-renewed": "Made a new secret for a webhook",
    "webhook-deleted": "Deleted a webhook",
    "webhook-switched-off": "A webhook was switched off",
    "connection-added": "Added a connection",
    "connection-changed": "Changed a connection",
    "connection-deleted": "Deleted a connection",
    "exported": "Exported contacts",
    "contact-erased": "Erased a contact",
    "erasure-ended": "Past imports no longer hold an erased contact",
    "contacts-assigned": "Assigned contacts",
    "contacts-opted-out": "Opted contacts out",
    "opt-outs-applied": "Applied the opt-outs of rows that were left out",
    "stop-lifted": "Opted in a contact who had said STOP",
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
    return ACTIONS.get(action, action)
