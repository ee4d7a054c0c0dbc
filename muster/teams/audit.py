"""The audit log: who did what, for the Admins of a team and the owners of the installation."""

from __future__ import annotations

from typing import Any

from muster.core.sentences.language import Words, gettext, gettext_noop, pgettext_noop
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
DETAILS = Words(
    {
        "address": pgettext_noop("detail of the log", "address"),
        "again": pgettext_noop("detail of the log", "once more"),
        "audience": pgettext_noop("detail of the log", "audience"),
        "blank_mobile": pgettext_noop("detail of the log", "blank mobile numbers"),
        "channel": pgettext_noop("detail of the log", "channel"),
        "choices": pgettext_noop("detail of the log", "choices"),
        "contact": pgettext_noop("detail of the log", "contact"),
        "contacts": pgettext_noop("detail of the log", "contacts"),
        "count": pgettext_noop("detail of the log", "how many"),
        "email": pgettext_noop("detail of the log", "email"),
        "enabled": pgettext_noop("detail of the log", "on"),
        "events": pgettext_noop("detail of the log", "events"),
        "field": pgettext_noop("detail of the log", "field"),
        "filename": pgettext_noop("detail of the log", "file"),
        "header": pgettext_noop("detail of the log", "header"),
        "home_region": pgettext_noop("detail of the log", "home region"),
        "host": pgettext_noop("detail of the log", "server"),
        "id": pgettext_noop("detail of the log", "id"),
        "imports": pgettext_noop("detail of the log", "imports"),
        "keep_originals_days": pgettext_noop("detail of the log", "days that files are kept"),
        "kind": pgettext_noop("detail of the log", "kind"),
        "max_length": pgettext_noop("detail of the log", "longest text"),
        "name": pgettext_noop("detail of the log", "name"),
        "notify": pgettext_noop("detail of the log", "mails also to"),
        "place": pgettext_noop("detail of the log", "place"),
        "provider": pgettext_noop("detail of the log", "provider"),
        "renewed": pgettext_noop("detail of the log", "new secret"),
        "required": pgettext_noop("detail of the log", "required column"),
        "role": pgettext_noop("detail of the log", "role"),
        "searchable": pgettext_noop("detail of the log", "searchable"),
        "second_factor": pgettext_noop("detail of the log", "second factor for Admins"),
        "slug": pgettext_noop("detail of the log", "address"),
        "staff_id": pgettext_noop("detail of the log", "Staff ID"),
        "start_words": pgettext_noop("detail of the log", "words that opt in"),
        "stop_words": pgettext_noop("detail of the log", "words that opt out"),
        "stopped": pgettext_noop("detail of the log", "numbers"),
        "strict_numbers": pgettext_noop("detail of the log", "strict numbers"),
        "time_zone": pgettext_noop("detail of the log", "time zone"),
        "to": pgettext_noop("detail of the log", "to"),
        "tombstone": pgettext_noop("detail of the log", "mark left behind"),
        "undoes": pgettext_noop("detail of the log", "step undone"),
        "url": pgettext_noop("detail of the log", "address"),
        "users_lift_stops": pgettext_noop("detail of the log", "Users may opt in who said STOP"),
    }
)
_CHANNELS = Words(
    {
        "text": pgettext_noop("channel", "Text"),
        "whatsapp": gettext_noop("WhatsApp"),
        "whatsapp_marketing": gettext_noop("WhatsApp marketing"),
    }
)
# What codes among the values are called, by the name of the detail; any other value stands as it is.
VALUES = {
    "role": Words({"admin": gettext_noop("Admin"), "user": gettext_noop("User")}),
    "kind": Words(
        {
            "text": pgettext_noop("kind of field", "Text"),
            "number": pgettext_noop("kind of field", "Number"),
            "date": pgettext_noop("kind of field", "Date"),
            "yes_no": gettext_noop("Yes or no"),
            "choice": gettext_noop("List of choices"),
        }
    ),
    "channel": _CHANNELS,
    "audience": _CHANNELS,
}


def record(team: Team | None, by: User | None, action: str, **details: Any) -> AuditEntry:
    """Write one entry. It stands in the caller's transaction: what did not happen is not in the log."""
    return AuditEntry.objects.create(team=team, by=by, by_email=by.email if by else "", action=action, details=details)


def record_for_teams_of(user: User, action: str, **details: Any) -> None:
    """Write an entry about a user into the log of every team they are in, and into the installation's."""
    teams: list[Team | None] = [None, *Team.objects.filter(memberships__user=user, memberships__joined=True)]
    entries = [AuditEntry(team=team, by=user, by_email=user.email, action=action, details=details) for team in teams]
    AuditEntry.objects.bulk_create(entries)


def detail(name: str) -> str:
    """The word for a detail of an entry."""
    return DETAILS.get(name, name.replace("_", " "))


def value(name: str, told: str) -> str:
    """The words for a value of a detail, where it is a code."""
    return VALUES[name].get(told, told) if name in VALUES else told


def label(action: str) -> str:
    """The words for an action, in the past."""
    return gettext(ACTIONS.get(action, action))
