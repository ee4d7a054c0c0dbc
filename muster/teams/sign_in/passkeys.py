"""The library's forms for passkeys, which take any JSON that a stranger sends: refused where it cannot be read."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.exceptions import ValidationError
from django.forms import HiddenInput, JSONField

IDS = ("id", "rawId")


class Credential(JSONField):
    """What a browser says of a passkey; numbers that are too long, and lists that are too deep, are no JSON either."""

    def to_python(self, value: Any) -> Any:
        try:
            said = super().to_python(value)
        except (ValueError, RecursionError):
            said = None
        known = said if isinstance(said, dict) else {}
        if not isinstance(known.get("response"), dict) or not all(isinstance(known.get(each), str) for each in IDS):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return said


class Careful:
    """Reads the credential so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]  # of the form
        fields["credential"] = Credential(required=True, widget=HiddenInput)


class Add(Careful, AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey."""


class Authenticate(Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second factor."""


class SignInBy(Careful, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone."""


class Again(Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more."""
