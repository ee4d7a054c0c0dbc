"""Me, teams, and the users in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from muster.api.auth import Admins, Anybody, Members, Owners, TeamOwners, caller, who
from muster.api.paging import Page, by_position
from muster.teams import members as people
from muster.teams.access import Access, teams_of
from muster.teams.models import Membership, Team

router = Router(tags=["Teams and users"])


class Mine(Schema):
    """A team of the caller's."""

    slug: str
    name: str
    role: Literal["admin", "user"]


class Teams(Schema):
    """A page of teams."""

    items: list[Mine]
    next: str | None


class Me(Schema):
    """Whose token this is."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "email": "ana@example.edu",
                "owner": False,
                "teams": [{"slug": "admissions", "name": "Admissions", "role": "admin"}],
            }
        }
    )
    email: str
    owner: bool
    teams: list[Mine]


TEAM: dict[str, Any] = {
    "slug": "admissions",
    "name": "Admissions",
    "home_region": "US",
    "time_zone": "",
    "strict_numbers": False,
    "notify": ["registrar@example.edu"],
}


class NewTeam(Schema):
    """A team to make. Without a slug, one is made from the name."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Admissions", "home_region": "US"}}
    )
    name: Annotated[str, Field(min_length=1, max_length=100)]
    slug: Annotated[str, Field(max_length=60, pattern=r"^[-a-zA-Z0-9_]+$")] | None = None
    home_region: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO code of a country.")] = "US"
    strict_numbers: bool = False


class TeamOut(Schema):
    """A team."""

    model_config = ConfigDict(json_schema_extra={"example": TEAM})
    slug: str
    name: str
    home_region: str
    time_zone: Annotated[str, Field(description="Of the times in mails; blank: that of the home region.")]
    strict_numbers: bool
    notify: Annotated[list[str] | None, Field(description="Who is mailed besides the importer; null for Users.")]


class TeamChange(Schema):
    """What to change of a team: only the keys that are sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"notify": ["registrar@example.edu"]}})
    slug: Annotated[str, Field(max_length=60, pattern=r"^[-a-zA-Z0-9_]+$", default_factory=str)]
    name: Annotated[str, Field(min_length=1, max_length=100, default_factory=str)]
    home_region: Annotated[str, Field(pattern="^[A-Z]{2}$", default_factory=str)]
    time_zone: Annotated[str, Field(max_length=64)] = ""
    strict_numbers: bool = False
    notify: Annotated[list[Annotated[str, Field(max_length=254)]], Field(max_length=100)] = []


USER: dict[str, Any] = {
    "email": "uma@example.edu",
    "first_name": "Uma",
    "last_name": "Ueda",
    "staff_id": "u-uma",
    "role": "user",
}


class NewUser(Schema):
    """A person to put into the team. Somebody new has no password: they set one through *Forgot password*."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": USER})
    email: Annotated[str, Field(max_length=254)]
    first_name: Annotated[str, Field(max_length=100)] = ""
    last_name: Annotated[str, Field(max_length=100)] = ""
    staff_id: Annotated[str, Field(max_length=255)] | None = None
    role: Literal["admin", "user"] = "user"


class UserOut(Schema):
    """A user of the team."""

    model_config = ConfigDict(json_schema_extra={"example": USER})
    email: str
    first_name: str
    last_name: str
    staff_id: str | None
    role: Literal["admin", "user"]


class Users(Schema):
    """A page of users."""

    items: list[UserOut]
    next: str | None


class UserChange(Schema):
    """What to change of a user in the team: only the keys that are sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"staff_id": "u-uma", "role": "admin"}})
    staff_id: Annotated[str, Field(max_length=255)] | None = None
    role: Literal["admin", "user"] = "user"


def user_json(member: Membership) -> dict[str, Any]:
    """A member as the API shows them."""
    user = member.user
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "staff_id": member.staff_id,
        "role": member.role,
    }


@router.get("/me", auth=Anybody(), response=Me)
def me(request: HttpRequest) -> dict[str, Any]:
    """Whose token this is, and the teams it opens."""
    user = caller(request)
    mine = [{"slug": team.slug, "name": team.name, "role": role.lower()} for team, role in teams_of(user)]
    return {"email": user.email, "owner": user.is_owner, "teams": mine}


@router.get("/teams", auth=Anybody(), response=Teams)
def list_teams(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """List the teams that the token opens, by name: all of them for an Owner."""
    items, following = by_position(teams_of(caller(request)), page)
    shown = [{"slug": team.slug, "name": team.name, "role": role.lower()} for team, role in items]
    return {"items": shown, "next": following}


@router.post("/teams", auth=Owners(), response={201: TeamOut})
def add_team(request: HttpRequest, body: NewTeam) -> Status[Team]:
    """Make a team."""
    return Status(201, people.create_team(caller(request), **body.dict()))


@router.get("/teams/{team}", auth=Members(), response=TeamOut)
def read_team(request: HttpRequest, team: str) -> dict[str, Any]:
    """Show a team."""
    asker = who(request)
    found = asker.team
    shown = {name: getattr(found, name) for name in TeamOut.model_fields}
    return shown if asker.is_admin else {**shown, "notify": None}


@router.patch("/teams/{team}", auth=TeamOwners(), response=TeamOut)
def change_team(request: HttpRequest, team: str, body: TeamChange) -> Team:
    """Change a team."""
    asker = who(request)
    return people.update_team(asker.team, asker.user, **body.dict(exclude_unset=True))


@router.get("/teams/{team}/users", auth=Admins(), response=Users)
def list_users(request: HttpRequest, team: str, page: Query[Page]) -> dict[str, Any]:
    """List the users of a team, by e-mail address."""
    members = Membership.objects.filter(team=who(request).team).select_related("user").order_by("user__email")
    items, following = by_position(members, page)
    return {"items": [user_json(each) for each in items], "next": following}


@router.post("/teams/{team}/users", auth=Admins(), response={201: UserOut})
def add_user(request: HttpRequest, team: str, body: NewUser) -> Status[dict[str, Any]]:
    """Put a user into the team."""
    asker = who(request)
    return Status(201, user_json(people.add_user(asker.team, asker.user, **body.dict())))


@router.patch("/teams/{team}/users/{email}", auth=Admins(), response=UserOut)
def change_user(request: HttpRequest, team: str, email: str, body: UserChange) -> dict[str, Any]:
    """Change a user's role or Staff ID in the team. The last Admin stays one."""
    asker = who(request)
    member = _member(asker, email)
    asked = {"role": member.role, "staff_id": member.staff_id, **body.dict(exclude_unset=True)}
    people.change_member(member, asker.user, role=asked["role"], staff_id=asked["staff_id"])
    return user_json(_member(asker, email))


@router.delete("/teams/{team}/users/{email}", auth=Admins(), response={204: None})
def remove_user(request: HttpRequest, team: str, email: str) -> Status[None]:
    """Take a user out of the team; their account stays. Contacts assigned to them are assigned to nobody."""
    asker = who(request)
    people.remove_user(_member(asker, email), asker.user)
    return Status(204, None)


def _member(asker: Access, email: str) -> Membership:
    found = Membership.objects.filter(team=asker.team, user__email=email.strip().lower()).select_related("user", "team")
    return get_object_or_404(found)
