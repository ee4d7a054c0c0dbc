"""The walls: every address and operation, tried by everybody, with every method, and with the ids of another team."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from muster.api.application import description
from muster.connect import connections
from muster.connect.webhooks import manage
from muster.contacts import custom_fields
from muster.contacts.models import ColumnAnswer, Contact, ManyStep, SavedList
from muster.imports.models import Recipe
from muster.teams import first_run, invitations, tokens
from muster.teams.models import Team, User
from tests.cast import Cast, join, make_user
from tests.imports.play import drafted, imported, sheet
from tests.web.doors import BODIES, FORMS, LIBRARY, OPERATIONS, PAGES, PERSONAL, SPOKEN_BY_SCRIPTS, Door, opens

pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases="__all__")]

CHARACTERS = ("nobody", "alice", "bob", "charlie", "dora", "olivia")
SECRETS = ("Zebedee", "Zanzibar", "Zodiac")  # a name, a field's value and a field's name of the other team
WRONG_METHODS = ("put", "patch", "delete")
DONE_IMPORT = {
    "imports:changes",
    "imports:fix_here",
    "imports:rows_to_fix",
    "imports:fix_workbook",
    "imports:undo",
}  # the others are for drafts
NO_PLACE = {"api:", "^api/"}
LIBRARY_SAYS = {"401", "403", "404"}  # of a key, a provider or an authenticator that there is not


@dataclass(frozen=True)
class Things:
    """What a team has, by the name that addresses call it."""

    team: Team
    ids: dict[str, dict[str, Any]]  # name of an address (or "imports:", for all of them) → its other parts
    api: dict[str, str]  # the parts of an operation's path
    values: dict[str, Any]  # every id there is, under every name a form or a query might have for it


@dataclass(frozen=True)
class World:
    cast: Cast
    ours: Things
    theirs: Things

    def who(self, character: str) -> User | None:
        return None if character == "nobody" else getattr(self.cast, character)


@pytest.fixture
def world(cast: Cast, settings: Any, tmp_path: Any) -> World:
    settings.EMAIL_BACKEND, settings.MAIL_FILES = "muster.teams.mailing.mail_files.MailFiles", tmp_path
    (tmp_path / "one.eml").write_text("Subject: Hello\n\nHello")
    return World(cast, things(cast.team, cast.alice, "A"), things(cast.other_team, cast.charlie, "Z"))


def things(team: Team, admin: User, letter: str) -> Things:
    """A member, an invitation, a field, an answer, a contact, an import that is done and a draft."""
    member = join(team, make_user(f"{letter}oe", "Member"), staff_id=f"{letter}-9")
    invitation = invitations.invite(team, admin, email=f"{letter}ara@example.edu")
    name = "Zodiac" if letter == "Z" else "Animal"
    field = custom_fields.add(team, admin, name=name, required=True)
    answer = ColumnAnswer.objects.create(team=team, header="Cell", field_name="MobileNumber")
    header = f"ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,{name}"
    rows = (f"{letter}1,{letter}ebedee,X,+1 716 555 0101,,{letter}anzibar", f"{letter}2,,,,,")
    done = imported(team, admin, sheet(*rows, header=header), method="file")
    draft = drafted(team, admin, sheet(*rows, f"{letter}3,{letter}ebedee,Y,,,x", header=header), method="file")
    contact = Contact.objects.get(team=team, contact_id=f"{letter}1")
    saved = SavedList.objects.create(team=team, name=f"{letter}xolotl", query=f"q={letter}xolotl", by=admin)
    step = ManyStep.objects.create(team=team, what="out", about="text", count=1, by=admin)
    token, _ = tokens.make(admin, "CRM")
    session = UserSession.objects.create(user=admin, ip="192.0.2.1", session_key=letter)
    connection = connections.add(team, admin, kind="whatsapp_cloud", name="X", secret="s", verify_token="v")
    webhook, _ = manage.add(team, admin, url="https://example.com/", events=["contacts.changed"])
    delivery = manage.send_test(webhook)
    recipe, _ = Recipe.objects.get_or_create(
        team=team, name=f"{letter}ecipe", defaults={"key": letter, "saved_by": admin, "saved_at": timezone.now()}
    )
    ids: dict[str, dict[str, Any]] = {
        "invitation": {"signed": invitations.link(invitation).rstrip("/").rsplit("/", 1)[-1]},
        "revoke_token": {"pk": token.pk},
        "end_session": {"pk": session.pk},
        "welcome": {"token": first_run.token()},
        "owner:team": {"slug": team.slug},
        "owner:end_ownership": {"pk": get_user_model().objects.get(email="olivia@example.edu").pk},
        "owner:person": {"pk": member.user_id},
        "owner:mail": {"name": "one.eml"},
        "teams:member": {"pk": member.pk},
        "teams:remove": {"pk": member.pk},
        "teams:resend": {"pk": invitation.pk},
        "teams:withdraw": {"pk": invitation.pk},
        "fields:edit": {"pk": field.pk},
        "fields:delete": {"pk": field.pk},
        "fields:move": {"pk": field.pk},
        "fields:forget_answer": {"pk": answer.pk},
        "contacts:delete_list": {"pk": saved.pk},
        "contacts:undo_step": {"pk": step.pk},
        "contacts:": {"pk": contact.id, "channel": "text"},
        "hook": {"key": connection.key},
        "connections:": {"pk": connection.pk},
        "webhooks:": {"pk": webhook.pk, "delivery": delivery.id},
        "imports:": {"pk": draft.pk, "number": 2},
        **{each: {"pk": done.pk} for each in DONE_IMPORT},
        "imports:recipe": {"pk": recipe.pk},
        "imports:recipe_delete": {"pk": recipe.pk},
    }
    values = {
        **dict.fromkeys(("assigned", "member", "membership", "staff", "send_as"), member.pk),
        **dict.fromkeys(("import", "imp", "import_id", "undoes"), str(done.pk)),
        **dict.fromkeys(("field", "field_id", "key"), field.pk),
        **dict.fromkeys(("contact", "id", "pk", "row"), contact.id),
        "contact_id": f"{letter}1",
        "staff_id": f"{letter}-9",
        "team": team.slug,
        "team_id": team.pk,
        "user": admin.pk,
        "by": admin.email,
        "answer": answer.pk,
        "invitation": invitation.pk,
        "header": "Cell",
        "next": f"/t/{team.slug}/contacts/",
        "q": f"{letter}ebedee",
    }
    api = {"team": team.slug, "import_id": str(draft.pk), "contact_id": f"{letter}1", "name": name}
    api |= {"email": member.user.email, "recipe_id": str(recipe.pk)}
    api |= {"webhook_id": str(webhook.pk), "delivery_id": str(delivery.id), "connection_id": str(connection.pk)}
    return Things(team, ids, api, values)


@cache
def addresses() -> dict[str, str]:
    """Name → pattern of every address but the API's operations, which have a list of their own."""
    return {
        name: pattern for name, pattern in walk(get_resolver().url_patterns) if not name.startswith(tuple(NO_PLACE))
    }


def walk(patterns: list[Any], before: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for each in patterns:
        pattern = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from walk(
                each.url_patterns, pattern, f"{namespace}{each.namespace}:" if each.namespace else namespace
            )
        elif isinstance(each, URLPattern):
            yield f"{namespace}{each.name}" if each.name else pattern, pattern


def path_of(name: str, pattern: str, things: Things, team: Team | None = None) -> str:
    """The address of a team's thing, below this team. A part of an address that nobody knows fails here."""
    known = things.ids.get(name) or things.ids.get(name.split(":", maxsplit=1)[0] + ":", {})
    parts = {"team": (team or things.team).slug, **known}
    library = {"key": "x", "uidb36": "1", "provider_id": "sso", "pk": 1}
    filled = re.sub(
        r"<(?:\w+:)?(\w+)>", lambda part: str((parts if name in PAGES else library)[part[1]]), plain(pattern)
    )
    return "/" + filled


def plain(pattern: str) -> str:
    """A regular expression as a pattern of Django's simpler sort."""
    return re.sub(r"\(\?P(<\w+>)(?:\[[^\]]*\][+*]|\.\+)\)", r"\1", pattern).replace("^", "").replace("$", "")


def operations() -> Iterator[tuple[str, str, str]]:
    """Label, method and path of every operation in the description."""
    for path, methods in description()["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path.removeprefix('/api/v1')}", method, path


class Answer(NamedTuple):
    """What came back."""

    status: int
    location: str
    text: str


def met(answer: Answer) -> str:
    """What an answer means at a door."""
    if answer.status >= 500:
        return f"broken: {answer.status}"
    if answer.location.startswith("/accounts/login/"):
        return "sign in"
    return str(answer.status) if answer.status in {401, 403, 404, 405} else "open"


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tried(client: Client, method: str, path: str, *, data: Any = None, json: bool = False, **headers: str) -> Answer:
    """Ask, undo whatever it did, and keep what came."""
    client.raise_request_exception = False
    kind = {"content_type": "application/json"} if json else {}
    with undone():
        answer: Any = getattr(client, method)(path, data=data, headers=headers, **kind)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Answer(answer.status_code, answer.headers.get("Location", ""), content.decode(errors="replace"))


def fits(expected: str, got: str) -> bool:
    """A method that an address does not know is as good as shut; sign-in pages may lead to the sign-in page."""
    return (
        got == expected or (got == "405" and expected != "open") or (expected == "open" and got in {"sign in", "405"})
    )


def test_it_knows_a_door_for_every_address_and_operation() -> None:
    assert set(addresses()) == PAGES.keys() | LIBRARY.keys()
    assert {label for label, _, _ in operations()} == OPERATIONS.keys()


@pytest.mark.parametrize("character", CHARACTERS)
def test_it_opens_each_page_to_whom_it_should(world: World, character: str) -> None:
    wrong = {}
    for name, pattern in addresses().items():
        door, path = (PAGES | LIBRARY)[name], path_of(name, pattern, world.ours)
        for method in ("get", "post"):
            got = met(tried(world.cast.browser(world.who(character)), method, path, data=FORMS.get(name)))
            if name == "readyz" and got == "broken: 503":
                got = "open"  # it says that no worker has been seen, which here is true
            expected = "404" if name in PERSONAL and character not in {"nobody", "alice"} else opens(door, character)
            if not fits(expected, got) and not (name in LIBRARY and expected == "open" and got in LIBRARY_SAYS):
                wrong[f"{method} {name}"] = (expected, got)
    assert wrong == {}


@pytest.mark.parametrize("character", CHARACTERS)
def test_it_opens_each_operation_to_whom_it_should(world: World, character: str) -> None:
    user = world.who(character)
    token = tokens.make(user, "walls")[1] if user else "muster_of-nobody"
    wrong = {}
    for label, method, path in operations():
        address = path.format(**world.ours.api)
        expected = opens(OPERATIONS[label], character).replace("sign in", "401")
        for bearer in {f"Bearer {token}", "Bearer ", "Basic x"} if character == "nobody" else {f"Bearer {token}"}:
            got = met(tried(Client(), method, address, data=BODIES.get(label), json=True, authorization=bearer))
            if got != expected:
                wrong[label] = (expected, got)
    assert wrong == {}


def test_it_takes_no_session_for_a_token(world: World) -> None:
    client = world.cast.browser(world.cast.alice)
    got = {met(tried(client, method, path.format(**world.ours.api))) for _, method, path in operations()}
    assert got == {"401"}


def test_it_wants_a_csrf_token_with_every_form(world: World) -> None:
    client = world.cast.browser(world.cast.olivia, csrf=True)
    got = {
        name: met(tried(client, "post", path_of(name, pattern, world.ours))) for name, pattern in addresses().items()
    }
    assert {name for name, each in got.items() if each != "403"} == set()


def test_it_knows_only_get_and_post_on_pages(world: World) -> None:
    client = world.cast.browser(world.cast.olivia)
    got = {
        f"{method} {name}": met(tried(client, method, path_of(name, addresses()[name], world.ours)))
        for name in PAGES
        for method in WRONG_METHODS
        if method not in SPOKEN_BY_SCRIPTS.get(name, set())
    }
    assert {name: each for name, each in got.items() if each != "405"} == {}


def test_it_knows_only_the_described_methods_in_the_api(world: World) -> None:
    bearer = f"Bearer {tokens.make(world.cast.olivia, 'walls')[1]}"
    described = {(path, method) for _, method, path in operations()}
    got = {
        f"{method} {path}": met(tried(Client(), method, path.format(**world.ours.api), authorization=bearer))
        for path in {path for path, _ in described}
        for method in ("get", "post", "put", "patch", "delete")
        if (path, method) not in described
    }
    assert {name: each for name, each in got.items() if each != "405"} == {}


def everything_of(team: Team) -> dict[str, list[Any]]:
    """All that the database has of a team."""
    kept = {"team": list(Team.objects.filter(pk=team.pk).values())}
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields() if field.is_relation}
        key = "team" if "team" in names else "of__team" if "of" in names else None
        if key:
            kept[model._meta.label] = sorted(model.objects.filter(**{key: team}).values_list(), key=str)  # type: ignore[attr-defined]
    return kept


def test_it_finds_nothing_of_another_team_in_an_address(world: World) -> None:
    before, wrong = everything_of(world.theirs.team), {}
    for name, pattern in addresses().items():
        if PAGES.get(name) in {Door.MEMBER, Door.ADMIN} and "<" in pattern.replace("<slug:team>", ""):
            path = path_of(name, pattern, world.theirs, team=world.ours.team)
            for character in ("alice", "olivia"):
                for method in ("get", "post"):
                    got = met(tried(world.cast.browser(world.who(character)), method, path))
                    if got not in {"404", "405"}:
                        wrong[f"{character}: {method} {name}"] = got
    assert wrong == {}
    assert everything_of(world.theirs.team) == before


@pytest.mark.parametrize("name", ["revoke_token", "end_session"])
def test_it_finds_nothing_of_another_person(world: World, name: str) -> None:
    path = path_of(name, addresses()[name], world.theirs)
    assert met(tried(world.cast.browser(world.cast.alice), "post", path)) == "404"
    assert met(tried(world.cast.browser(world.cast.olivia), "post", path)) == "404"


def test_it_finds_nothing_of_another_team_in_an_operation(world: World) -> None:
    bearer = f"Bearer {tokens.make(world.cast.alice, 'walls')[1]}"
    before, wrong = everything_of(world.theirs.team), {}
    for label, method, path in operations():
        if "{" in path.replace("{team}", ""):
            address = path.format(**world.theirs.api | {"team": world.ours.team.slug})
            got = met(tried(Client(), method, address, data=BODIES.get(label), json=True, authorization=bearer))
            if got != "404":
                wrong[label] = got
    assert wrong == {}
    assert everything_of(world.theirs.team) == before


def test_it_shows_nothing_of_another_team_whatever_a_query_or_a_form_asks_for(world: World) -> None:
    before, wrong = everything_of(world.theirs.team), {}
    client = world.cast.browser(world.cast.alice)
    for name, pattern in addresses().items():
        if PAGES.get(name) not in {Door.MEMBER, Door.ADMIN}:
            continue
        path = path_of(name, pattern, world.ours)
        for method in ("get", "post"):
            answer = tried(client, method, path, data=world.theirs.values)
            leaked = [secret for secret in SECRETS if secret in answer.text]
            if leaked and leaked != ["Zebedee"]:  # what was typed into the search box comes back
                wrong[f"{method} {name}"] = leaked
            if answer.status >= 500:
                wrong[f"{method} {name}"] = [str(answer.status)]
    assert wrong == {}
    assert everything_of(world.theirs.team) == before


def test_it_shows_nothing_of_another_team_whatever_a_body_asks_for(world: World) -> None:
    bearer = f"Bearer {tokens.make(world.cast.alice, 'walls')[1]}"
    before, wrong = everything_of(world.theirs.team), {}
    for label, method, path in operations():
        address, body = path.format(**world.ours.api), BODIES.get(label)
        query = method == "get"
        bodies = [world.theirs.values] if query else [world.theirs.values, *with_theirs(body, world.theirs.values)]
        for data in bodies:
            answer = tried(Client(), method, address, data=data, json=not query, authorization=bearer)
            leaked = [secret for secret in SECRETS if secret in answer.text]
            if leaked and leaked != ["Zebedee"]:
                wrong[label] = leaked
            if answer.status >= 500:
                wrong[label] = [str(answer.status)]
    assert wrong == {}
    assert everything_of(world.theirs.team) == before


def with_theirs(body: object, values: dict[str, Any]) -> list[object]:
    """A good body with one foreign value at a time, and with their Staff ID and columns."""
    if not isinstance(body, dict):
        return []
    return [
        body | {name: value} for name, value in values.items() if name in {"staff_id", "contact_id", "import", "team"}
    ]
