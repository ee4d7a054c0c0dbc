"""The first run: whoever opens the printed link makes the owner's account and the first team, once."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from muster.core.sentences.language import gettext as _
from muster.settings import settings
from muster.teams import audit, members
from muster.teams.models import Membership, Role, Team, User

_SALT = "muster.first-run"


class AlreadyOwned(Exception):  # noqa: N818  says what happened
    """Somebody was first: the installation has an owner."""


def is_due() -> bool:
    """Whether nobody owns this installation yet."""
    return not User.objects.filter(is_owner=True).exists()


def has_nobody() -> bool:
    """Whether there is no account at all: nobody can sign in."""
    return not User.objects.exists()


def for_templates(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """Let the sign-in page ask whether anybody could sign in."""
    return {"has_nobody": has_nobody}


def token() -> str:
    """Return what the link ends in: nobody can guess it, and it is the same until the secret key changes.

    It opens nothing once there is an owner, so it need not be kept or used up.
    """
    return salted_hmac(_SALT, "welcome", algorithm="sha256").hexdigest()


def is_token(said: str) -> bool:
    """Whether this is the token and there is still no owner."""
    return constant_time_compare(said, token()) and is_due()


def link() -> str:
    """Return the address to print."""
    return settings().url.rstrip("/") + reverse("welcome", args=[token()])


def make_owner_and_team(
    *, email: str, password: str, first_name: str, last_name: str, team: str, home_region: str
) -> tuple[User, Team]:
    """Make the owner's account and the first team, of which they are Admin.

    Raises AlreadyOwned when there is an owner by now, ValidationError for what cannot be taken.
    """
    with transaction.atomic():
        _one_at_a_time()
        if not is_due():
            raise AlreadyOwned
        if User.objects.filter(email=members.clean_email(email)).exists():
            raise members.refuse(
                "email", "account-exists", _("{email} has an account. `muster owner` makes it an owner's.", email=email)
            )
        user = members.make_owner(None, email, password=password)
        user.first_name, user.last_name = first_name.strip(), last_name.strip()
        made = members.create_team(user, name=team, home_region=home_region)
        Membership.objects.create(team=made, user=user, role=Role.ADMIN)
        user.last_team = made
        user.save(update_fields=["first_name", "last_name", "last_team"])
        audit.record(made, user, "user-added", email=user.email, role=Role.ADMIN, staff_id=None)
    return user, made


def _one_at_a_time() -> None:
    """Let no second welcome in before this one has ended. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {User._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
