"""Which language somebody is spoken to in: what their profile says, else their browser, else the installation."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.http import HttpRequest
from django.utils import translation

from muster.teams.models import User


def offered() -> list[tuple[str, str]]:
    """Return the languages there are, each by its code and its own name."""
    return list(django_settings.LANGUAGES)


def of_request(request: HttpRequest) -> str:
    """Return what the browser or program asks for, as far as we speak it."""
    return translation.get_language_from_request(request)


def of_user(user: User) -> str:
    """Return the language of a user's mails, and of whatever else is written where they do not look on."""
    known = dict(django_settings.LANGUAGES)
    return next((each for each in (user.language, user.browser_language) if each in known), _of_installation())


def of_address(email: str, otherwise: str = "") -> str:
    """Return the language of a mail to an address: of its user, if it has one; else this one, or the installation's."""
    user = User.objects.filter(email=email.strip().lower()).first()
    return of_user(user) if user else otherwise or _of_installation()


def remember_browser(request: HttpRequest, user: User) -> None:
    """Keep what their browser asks for, for the mails of somebody who has chosen no language."""
    language = of_request(request)
    if user.browser_language != language:
        User.objects.filter(pk=user.pk).update(browser_language=language)


def _of_installation() -> str:
    return str(django_settings.LANGUAGE_CODE)
