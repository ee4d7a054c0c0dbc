"""Every question of who may do what. A team that one is not in does not exist (404); a role too low is 403."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, cast

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from muster.core.sentences.language import gettext as _
from muster.teams.models import Membership, Role, Team, User
from muster.teams.seen import SEEN

P = ParamSpec("P")
TEAM_COOKIE = "team"  # the team that this browser was in last


@dataclass(frozen=True, slots=True)
class Access:
    """A user in a team, and what they may do there."""

    user: User
    team: Team
    membership: Membership | None  # None: an Owner who is not a member
    is_admin: bool

    @property
    def role(self) -> str:
        """The word for what they are here."""
        return str(Role.ADMIN.label if self.is_admin else Role.USER.label)


def access(user: User, slug: str) -> Access:
    """How this user stands to the team with this slug. Raises Http404 when the team is not theirs to see."""
    membership = Membership.objects.select_related("team").filter(user=user, team__slug=slug).first()
    if membership:
        return Access(user, membership.team, membership, membership.role == Role.ADMIN or user.is_owner)
    team = Team.objects.filter(slug=slug).first() if user.is_owner else None
    if team is None:
        raise Http404("No such team")
    return Access(user, team, None, is_admin=True)


class SecondFactorNeeded(PermissionDenied):
    """The team wants a second factor of its Admins, and this one has none yet."""


def require_admin(who: Access) -> None:
    """Raise PermissionDenied unless they are an Admin of the team, with a second factor where the team wants one."""
    if not who.is_admin:
        raise PermissionDenied(_("Only Admins can do this"))
    if who.team.second_factor and not is_mfa_enabled(who.user):
        raise SecondFactorNeeded(_("Admins of this team need a second factor. Set one up in Profile"))


def require_owner(user: User) -> None:
    """Raise PermissionDenied unless they own the installation, with a second factor where any team wants one."""
    if not user.is_owner:
        raise PermissionDenied(_("Only owners can do this"))
    if not is_mfa_enabled(user) and Team.objects.filter(second_factor=True).exists():
        raise SecondFactorNeeded(_("A team here needs its Admins to have a second factor. Set one up in Profile"))


View = Callable[Concatenate[HttpRequest, Access, P], HttpResponse]
Page = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def member(view: View[P]) -> Page[P]:
    """Open a view at /t/<team>/… to everybody in the team: `view(request, who, ...)`."""

    def page(request: HttpRequest, team: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        who = access(request.user, team)
        request.access = who  # type: ignore[attr-defined]  # for the header of the page
        response = view(request, who, *args, **kwargs)
        _remember_team(request, response, who)
        return response

    update_wrapper(page, view)
    return cast("Page[P]", page)


def _remember_team(request: HttpRequest, response: HttpResponse, who: Access) -> None:
    """This browser has it in a cookie at once; the user's other browsers will know it in a while."""
    if request.COOKIES.get(TEAM_COOKIE) != who.team.slug:
        response.set_cookie(TEAM_COOKIE, who.team.slug, httponly=True, samesite="Lax", secure=request.is_secure())
    if who.user.last_team_id != who.team.pk:
        SEEN.in_team(who.user, who.team.pk)


def last_team(request: HttpRequest, user: User, teams: Collection[Team]) -> Team | None:
    """The team used last, in this browser or else in any; None where it is none of these."""
    slug = request.COOKIES.get(TEAM_COOKIE)
    return next((team for team in teams if team.slug == slug), user.last_team if user.last_team in teams else None)


def admin(view: View[P]) -> Page[P]:
    """Open a view at /t/<team>/… to the team's Admins only; others get 403 with a page that says so."""

    def guarded(request: HttpRequest, who: Access, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        require_admin(who)
        return view(request, who, *args, **kwargs)

    update_wrapper(guarded, view)
    return member(cast("View[P]", guarded))


def owner(view: Callable[Concatenate[HttpRequest, User, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view at /owner/… to the owners of the installation only; others get 403 with a page that says so."""

    def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        require_owner(request.user)
        return view(request, request.user, *args, **kwargs)

    update_wrapper(page, view)
    return page


def signed_in(view: Callable[Concatenate[HttpRequest, User, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view to whoever is signed in: `view(request, user, ...)`."""

    def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        return view(request, request.user, *args, **kwargs)

    update_wrapper(page, view)
    return page


def teams_of(user: User) -> list[tuple[Team, str]]:
    """The teams a user can open, by name, each with their role there."""
    if user.is_owner:
        return [(team, str(Role.ADMIN.label)) for team in Team.objects.order_by("name")]
    mine = Membership.objects.filter(user=user).select_related("team").order_by("team__name")
    return [(each.team, str(Role(each.role).label)) for each in mine]


def team_ids_of(user: User, *, role: Role | None = None) -> QuerySet[Any, Any]:
    """The ids of the same teams, as a part of a query; with `role`, of those where one has it. Owners have every."""
    if user.is_owner:
        return Team.objects.values("id")
    mine = Membership.objects.filter(user=user)
    return (mine.filter(role=role) if role else mine).values("team")


def for_templates(request: HttpRequest) -> dict[str, Any]:
    """What the header of every page needs: the access of this page, if it has one, and the teams to switch to.

    `header_team` and `header_is_admin`: the page's team, else the one used last, else the first; None for no team.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"access": None, "my_teams": [], "header_team": None, "header_is_admin": False}
    who: Access | None = getattr(request, "access", None)
    teams = teams_of(user)
    roles = dict(teams)
    team = who.team if who else last_team(request, user, roles) or next(iter(roles), None)
    is_admin = who.is_admin if who else team is not None and roles[team] == str(Role.ADMIN.label)
    return {"access": who, "my_teams": teams, "header_team": team, "header_is_admin": is_admin}
