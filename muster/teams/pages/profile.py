"""Profile: one's name and appearance, second factor, sessions and API tokens."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from allauth.account.decorators import reauthentication_required
from allauth.core.internal.sessionkit import get_session_user
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_noop, ngettext
from muster.teams import audit, tokens
from muster.teams.access import signed_in, teams_of
from muster.teams.languages.choice import offered
from muster.teams.models import Role, Token, User
from muster.teams.pages.forms import LanguageForm, NameForm, TokenForm

APPEARANCES = ("system", "light", "dark")
# What gives a browser away, the most telling first: most claim to be Safari, too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", gettext_noop("an iPhone")),
    ("iPad", gettext_noop("an iPad")),
    ("Android", "Android"),
    ("Mac OS X", gettext_noop("a Mac")),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@require_http_methods(["GET", "POST"])
@signed_in
def profile(request: HttpRequest, user: User) -> HttpResponse:
    """Everything about oneself, and the form for one's name."""
    form = NameForm(request.POST or None, initial={"first_name": user.first_name, "last_name": user.last_name})
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=user.pk).update(**form.cleaned_data)
        messages.success(request, _("Your name is saved."))
        return redirect("profile")
    context = _about(request, user) | {"form": form}
    return render(request, "profile/profile.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def appearance(request: HttpRequest, user: User) -> HttpResponse:
    """Light, dark, or as the system has it; then back to the page one was on."""
    chosen = request.POST.get("appearance", "")
    if chosen in APPEARANCES:
        User.objects.filter(pk=user.pk).update(appearance=chosen)
    back = request.POST.get("next", "")
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})):
        return redirect("profile")
    return HttpResponseRedirect(back)


@require_POST
@signed_in
def language(request: HttpRequest, user: User) -> HttpResponse:
    """The language of one's pages and mails, or that of the browser."""
    form = LanguageForm(request.POST)
    if form.is_valid():
        User.objects.filter(pk=user.pk).update(language=form.cleaned_data["language"])
    return redirect("profile")


@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
@signed_in
def new_token(request: HttpRequest, user: User) -> HttpResponse:
    """Make an API token and show it, this once. An unattended browser is not enough for one."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token, plain = tokens.make(user, form.cleaned_data["name"], _end_of(form.cleaned_data["expires"]))
        return render(request, "profile/token_made.html", {"token": token, "plain": plain})
    return render(request, "profile/token_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@signed_in
def revoke_token(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """End one of one's own tokens."""
    token = get_object_or_404(Token, pk=pk, user=user)
    tokens.revoke(token)
    messages.success(request, _("The token {token} no longer works.", token=token.name))
    return redirect("profile")


@require_POST
@signed_in
def end_session(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Sign one of one's own browsers out."""
    session = get_object_or_404(UserSession, pk=pk, user=user)
    session.end()
    audit.record_for_teams_of(user, "session-ended")
    messages.success(request, _("That browser is signed out."))
    return redirect("profile")


@require_POST
@signed_in
def end_other_sessions(request: HttpRequest, user: User) -> HttpResponse:
    """Sign all one's other browsers out."""
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    count = len(others)
    for session in others:
        session.end()
    if count:
        audit.record_for_teams_of(user, "session-ended", count=count)
    messages.success(
        request, ngettext("{count} other browser is signed out.", "{count} other browsers are signed out.", count)
    )
    return redirect("profile")


def _about(request: HttpRequest, user: User) -> dict[str, object]:
    """What the page shows below the name."""
    factors = Authenticator.objects.filter(user=user)
    return {
        "language_form": _language_form(user),
        "teams": teams_of(user),
        "admin_role": str(Role.ADMIN.label),
        "memberships": {each.team_id: each for each in user.memberships.all()},
        "totp": factors.filter(type=Authenticator.Type.TOTP).first(),
        "passkeys": [each.wrap() for each in factors.filter(type=Authenticator.Type.WEBAUTHN)],
        "recovery": next((each.wrap() for each in factors.filter(type=Authenticator.Type.RECOVERY_CODES)), None),
        "sessions": [(each, device(each.user_agent)) for each in _open_sessions(user)],
        "here": request.session.session_key,
        "tokens": user.tokens.order_by("revoked_at", "-created_at"),
        "now": timezone.now(),
    }


def _language_form(user: User) -> LanguageForm | None:
    """The choice of a language, where there is one."""
    return LanguageForm(initial={"language": user.language or LanguageForm.OF_BROWSER}) if len(offered()) > 1 else None


def _open_sessions(user: User) -> list[UserSession]:
    """The browsers that are signed in. Those that are no more are cleared away at the next sign-in."""
    sessions = UserSession.objects.filter(user=user).order_by("created_at")
    return [each for each in sessions if get_session_user(each._session_store(each.session_key))]


def device(user_agent: str) -> str:
    """A browser as people call it: Firefox on Windows."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((_(name) for sign, name in SYSTEMS if sign in user_agent), "")
    if browser and system:
        return _("{browser} on {system}", browser=browser, system=system)
    return _("A browser on {system}", system=system) if system else browser or _("A browser")


def _end_of(day: date | None) -> datetime | None:
    """The first moment at which a token no longer works."""
    return datetime.combine(day, time.min, UTC) + timedelta(days=1) if day else None
