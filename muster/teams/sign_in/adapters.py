"""How signing in works here: nobody signs up alone, links carry our own address, secrets are kept encrypted."""

from __future__ import annotations

import base64
import hashlib
import smtplib
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestReauthenticationCodeForm
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings as django_settings
from django.contrib import messages
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy

from muster.core.sentences.language import gettext as _
from muster.settings import settings
from muster.teams import audit
from muster.teams.languages.choice import of_address
from muster.teams.models import User
from muster.teams.sign_in import devices

logger = structlog.get_logger(__name__)
RESET = "account/email/password_reset_key"
NOBODY = 0  # the id of whoever has no account
mail_waits = Signal()  # to, subject, text: a mail for the outbox; to nobody: as much work, and no mail

# The library lets nobody put another form in the place of this one.
RequestReauthenticationCodeForm.base_fields["recipient"].label = gettext_lazy("Email")


def full_address(path: str) -> str:
    """An address for a mail. Made from the settings: what a request says about its host is not believed."""
    return settings().url.rstrip("/") + path


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signing in with a password."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy(
            "That email and password don't match an account. Check them, or reset your password."
        ),
        "too_many_login_attempts": gettext_lazy("Too many tries. Try again in 15 minutes."),
        "invalid_login": gettext_lazy(
            "That email and password don't match an account. Check them, or reset your password."
        ),
        "incorrect_password": gettext_lazy("That is not your password."),
        "incorrect_code": gettext_lazy("That code doesn't match. Enter the one in our newest mail."),
        "account_inactive": gettext_lazy("This account is switched off. Ask an Admin."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves: Admins invite."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        path: str = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return full_address(path.replace("UID-KEY", key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return full_address(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down must not undo a change of password that has been made: log it, and say so.

        The mail for a forgotten password goes by the outbox: the page waits for no server, which would tell accounts.
        """
        if template_prefix == RESET:
            with translation.override(of_address(email, translation.get_language() or "")):
                mail = self.render_mail(template_prefix, email, context)
            is_known = context["user"].pk != NOBODY
            to, subject, text = (email, mail.subject, mail.body) if is_known else ("", "", "")
            mail_waits.send(Accounts, to=to, subject=subject, text=text)
            return
        try:
            with translation.override(of_address(email, translation.get_language() or "")):
                super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException):
            logger.exception("mail_failed", template=template_prefix)
            messages.error(self.request, _("The mail server did not take our mail. Try again later."))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try for who makes it, as the library does, and then for the address, unless the browser is known."""
        super().pre_authenticate(request, **credentials)
        email = str(credentials.get("email") or "").strip().lower()
        strange = devices.known(request, email) is None
        if strange and not ratelimit.consume(request, action="login_failed_anywhere", key=email):
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Five wrong tries lock out who made them, not whose address it is."""
        email = str(credentials.get("email") or "")
        visitor = devices.known(request, email) or self.get_client_ip(request)
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{visitor}"

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Remember the browser."""
        response: HttpResponse = super().post_login(request, user, **more)
        devices.remember(request, response, user)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log a refused sign-in for whom it concerns, without what was typed when it is nobody's address."""
        super().authentication_failed(request, **credentials)
        user = User.objects.filter(email=str(credentials.get("email") or "").strip().lower()).first()
        address = self.get_client_ip(request)
        if user:
            audit.record_for_teams_of(user, "sign-in-refused", address=address)
        else:
            audit.record(None, None, "sign-in-refused", address=address)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors. Their secrets are encrypted with a key made from the installation's secret key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "That code doesn't match. Codes change every 30 seconds: enter the one shown now."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


class SignInElsewhere(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signing in with the institution's identity provider."""

    def authenticate_by_email(self, sociallogin: SocialLogin) -> Any:
        """The user of an address that counts as verified. The provider's word for it is a true of JSON, not a text."""
        for address in sociallogin.email_addresses:
            address.verified = self._vouches(sociallogin, address.email)
        return super().authenticate_by_email(sociallogin)

    def _vouches(self, sociallogin: SocialLogin, email: str) -> bool:
        """Whether the operator believes all its addresses, or the provider says that it has verified this one."""
        if self.is_email_verified(sociallogin.provider, email):
            return True
        said = sociallogin.account.get_provider_account().get_user_data() or {}
        return str(said.get("email")).lower() == email and said.get("email_verified") is True

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Somebody the provider knows and we do not gets a page that says so, not an account."""
        audit.record(None, None, "sign-in-refused", provider=sociallogin.account.provider)
        address = next(iter(sociallogin.email_addresses), None)
        context = {"address": address.email if address else "", "verified": address and address.verified}
        raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", context, status=403))


def _cipher() -> MultiFernet:
    """The key of today first; older ones still read what they wrote."""
    keys = [django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(force_bytes(key)).digest())) for key in keys])
