"""Who is asking: a token, the team in the address, and the role that an operation needs."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model
from django.http import Http404, HttpRequest
from ninja.security import HttpBearer

from muster.api.description.queries import refuse_unknown
from muster.teams.access import Access, access, require_admin, require_owner
from muster.teams.models import User
from muster.teams.sign_in.pace import take_turn
from muster.teams.tokens import find

Row = TypeVar("Row", bound=Model)


class Anybody(HttpBearer):
    """A token of anybody at all. Asked before the body is read, so that a stranger learns nothing from it."""

    def authenticate(self, request: HttpRequest, token: str) -> Access | User | None:
        found = find(token)
        if found is None:
            return None
        request.user = found.user  # the log says whose token it was
        take_turn(found.user)
        admitted = self.admit(request, found.user)
        refuse_unknown(request)
        return admitted

    def admit(self, request: HttpRequest, user: User) -> Access | User:
        """What the operation is given as `request.auth`. Raises Http404 or PermissionDenied."""
        return user


class Owners(Anybody):
    """A token of an Owner of the installation."""

    def admit(self, request: HttpRequest, user: User) -> User:
        require_owner(user)
        return user


class Members(Anybody):
    """A token of anybody in the team that the address names."""

    def admit(self, request: HttpRequest, user: User) -> Access:
        assert request.resolver_match is not None  # asked only for an address that matched
        return access(user, str(request.resolver_match.kwargs["team"]))


class Admins(Members):
    """A token of an Admin of the team that the address names."""

    def admit(self, request: HttpRequest, user: User) -> Access:
        found = super().admit(request, user)
        require_admin(found)
        return found


class TeamOwners(Members):
    """A token of an Owner of the installation, where the address names a team: its settings are theirs."""

    def admit(self, request: HttpRequest, user: User) -> Access:
        found = super().admit(request, user)
        require_owner(user)
        return found


def who(request: HttpRequest) -> Access:
    """The caller, and how they stand to the team in the address."""
    found: Any = getattr(request, "auth", None)
    assert isinstance(found, Access)
    return found


def caller(request: HttpRequest) -> User:
    """The caller, where the address names no team."""
    found: Any = getattr(request, "auth", None)
    assert isinstance(found, User)
    return found


def of_team(kind: type[Row], request: HttpRequest, pk: int) -> Row:
    """What the address names, of the caller's team. Raises Http404."""
    rows = kind._default_manager.filter(team=who(request).team, pk=pk).select_related("team")
    found = rows.first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
