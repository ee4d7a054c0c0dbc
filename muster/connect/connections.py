"""A team's connections: add, change, replace a secret, remove."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from muster.connect.incoming import calls, known
from muster.connect.models import Connection, Kind
from muster.connect.sealed import seal
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed
from muster.teams import audit
from muster.teams.models import Team, User

MOST = 50
LONGEST_SECRET = 500


def add(team: Team, by: User, *, kind: str, name: str, secret: str, verify_token: str = "") -> Connection:
    """Add a connection; it has an address from now on. Raises ValidationError."""
    if kind not in Kind.values:
        raise ValidationError({"kind": _("A connection is one of {listed}.", listed=listed(Kind.values))})
    if Connection.objects.filter(team=team).count() >= MOST:
        raise ValidationError({"name": _("A team has up to {most} connections.", most=MOST)})
    connection = Connection(team=team, kind=kind)
    _fill(connection, name=name, secret=secret, verify_token=verify_token)
    with transaction.atomic():
        connection.save()
        audit.record(team, by, "connection-added", name=connection.name, kind=kind)
    return connection


def change(
    connection: Connection, by: User, *, name: str | None = None, secret: str = "", verify_token: str = ""
) -> Connection:
    """Change what is given; a secret takes the place of the one before at once. Raises ValidationError."""
    before = connection.name
    _fill(connection, name=name, secret=secret, verify_token=verify_token)
    renewed = [each for each, value in (("secret", secret), ("verify_token", verify_token)) if value]
    with transaction.atomic():
        connection.save()
        if renewed or before != connection.name:
            audit.record(connection.team, by, "connection-changed", name=[before, connection.name], renewed=renewed)
    known.forget(connection)
    return connection


def delete(connection: Connection, by: User) -> None:
    """Remove a connection, its address and its log. What it has said stays."""
    calls.forget(connection)
    with transaction.atomic():
        audit.record(connection.team, by, "connection-deleted", name=connection.name)
        connection.delete()
    known.forget(connection)


def _fill(connection: Connection, *, name: str | None, secret: str, verify_token: str) -> None:
    if name is not None:
        connection.name = _checked_name(name)
    if secret or not connection.secret:
        connection.secret = seal(_checked_secret(connection.kind, secret))
    if connection.kind == Kind.WHATSAPP_CLOUD and (verify_token or not connection.verify_token):
        connection.verify_token = seal(_checked("verify_token", verify_token, _("Give the verify token, as in Meta.")))


def _checked_name(name: str) -> str:
    text = name.strip()
    if not 1 <= len(text) <= 100 or not text.isprintable():
        raise ValidationError({"name": _("A connection has a name of 1 to 100 characters, on one line.")})
    return text


def _checked_secret(kind: str, secret: str) -> str:
    text = _checked("secret", secret, _("Give the secret that the provider signs with."))
    if kind == Kind.OTHER:
        try:
            Signer(text)
        except (ValueError, EmptyWebhookSecretError) as error:  # ValueError: no Base64
            raise ValidationError({"secret": _("A secret of Standard Webhooks is whsec_ and Base64.")}) from error
    return text


def _checked(field: str, value: str, missing: str) -> str:
    text = value.strip()
    if not text:
        raise ValidationError({field: missing})
    if len(text) > LONGEST_SECRET or not text.isprintable():
        raise ValidationError(
            {field: _("It has up to {longest_secret} characters, on one line.", longest_secret=LONGEST_SECRET)}
        )
    return text
