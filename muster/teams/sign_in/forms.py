"""The library's sign-in forms in our words, and with each password typed once: it can be shown."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    default_token_generator,
)
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.socialaccount.forms import DisconnectForm
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.forms import BaseForm, BooleanField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from muster.core.sentences.language import gettext as _
from muster.teams import tokens
from muster.teams.models import User
from muster.teams.pages.forms import PASSWORD_HINT
from muster.teams.sign_in.adapters import NOBODY

HASH_OF_NOBODY = f"pbkdf2_sha256$1000000${'x' * 22}${'x' * 43}="


class SignIn(LoginForm):  # type: ignore[misc]  # allauth has no types
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, login=_("Email"), password=_("Password"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""


class LinksForNobody(PasswordResetTokenGenerator):
    """Links that open nothing, made with the work that the library's take: it asks once more who has the address."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        said = str(super()._make_hash_value(user, timestamp))
        return said + "|".join(EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True))


class Disconnect(DisconnectForm):  # type: ignore[misc]  # allauth has no types
    """Which way to sign in elsewhere goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, account=_("Account"))


class AskForReset(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """The address to mail a link to. Where it has no account, the very same is done for nobody: it takes as long."""

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Put the mail into the outbox."""
        email: str = self.cleaned_data["email"]
        known = list(self.users)
        links = default_token_generator if known else LinksForNobody()
        request_password_reset(request, email, known or [User(pk=NOBODY, email=email, password=HASH_OF_NOBODY)], links)
        return email

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, email=_("Email"))


class Reauthenticate(ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, password=_("Password"))


class OnceTyped:
    """Takes the second password field away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert isinstance(self, BaseForm)
        del self.fields["password2"]
        in_our_words(self, password1=_("New password"))
        self.fields["password1"].help_text = PASSWORD_HINT


class Reset(OnceTyped, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    """A new password, by a mailed link. What else opens the account may end with the old one."""

    revoke_tokens = BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Revoke my API tokens"),
        help_text=gettext_lazy("Whoever knew the old password may have made one. Programs that use one of them stop."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not tokens.count(self.user):
            del self.fields["revoke_tokens"]

    def save(self) -> None:
        super().save()
        if self.cleaned_data.get("revoke_tokens"):
            tokens.revoke_all(self.user)


class Change(OnceTyped, ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """A new password, knowing the old one."""


class Choose(OnceTyped, SetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """A first password."""


def in_our_words(form: BaseForm, **labels: str) -> None:
    """Label the fields, and take the placeholders away: they vanish when one types."""
    for name, label in labels.items():
        form.fields[name].label = label
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
