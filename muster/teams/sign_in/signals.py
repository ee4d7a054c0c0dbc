"""What is written down when somebody signs in or out, or changes how they do: all through the library's signals."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed, password_reset, password_set, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver

from muster.teams import audit
from muster.teams.languages.choice import remember_browser
from muster.teams.models import User
from muster.teams.sign_in.adapters import Accounts


@receiver(user_logged_in)
def signed_in(request: Any, user: User, **_: Any) -> None:
    remember_browser(request, user)
    audit.record_for_teams_of(user, "sign-in", address=Accounts(request).get_client_ip(request))


@receiver(user_logged_out)
def signed_out(request: Any, user: User | None, **_: Any) -> None:
    request.has_signed_out = True
    if user:
        audit.record_for_teams_of(user, "sign-out")


@receiver((password_changed, password_set, password_reset))
def new_password(user: User, **_: Any) -> None:
    audit.record_for_teams_of(user, "password-changed")


@receiver(authenticator_added)
def second_factor_added(request: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        authenticator.wrap().validate_code(request.POST.get("code", ""))  # taken once: not for the next sign-in too
    audit.record_for_teams_of(user, "second-factor-added", kind=authenticator.type)


@receiver(authenticator_removed)
def second_factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.record_for_teams_of(user, "second-factor-removed", kind=authenticator.type)


@receiver(email_changed)
def new_address(user: User, **_: Any) -> None:
    audit.record_for_teams_of(user, "email-changed")


@receiver(post_save, sender=User)
def keep_address(instance: User, **_: Any) -> None:
    """allauth looks a user's address up in a table of its own. Ours come from Admins, so they count as verified."""
    known = EmailAddress.objects.filter(user=instance, email=instance.email)
    if not known.exists():
        EmailAddress.objects.filter(user=instance, primary=True).delete()
        EmailAddress.objects.create(user=instance, email=instance.email, primary=True, verified=True)
