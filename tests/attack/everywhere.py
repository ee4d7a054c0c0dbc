"""Every address and operation, with the names of what it reads of queries and forms, found out by asking it."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from muster.api.application import description
from muster.settings import settings
from muster.teams import tokens
from muster.teams.models import User
from tests.cast import PASSWORD
from tests.web.doors import BODIES, FORMS, LIBRARY, PERSONAL
from tests.web.test_walls import World, addresses, operations, path_of, undone

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
Fields = dict[str, str]


@pytest.fixture(autouse=True)
def quietly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many requests as there are, and no line of the log for each."""
    monkeypatch.setattr(settings(), "user_requests", 0)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@dataclass
class Place:
    """Something that can be asked, and how it is asked well."""

    name: str
    method: str
    path: str
    client: Client
    headers: dict[str, str] = field(default_factory=dict)
    form: Fields = field(default_factory=dict)  # a good one, as far as its page shows it
    body: Any = None  # of an operation
    takes: bool = True  # its method
    reads: set[str] = field(default_factory=set)  # names of queries and forms

    def ask(self, query: str = "", data: bytes = b"", kind: str = FORM, headers: Fields | None = None) -> int:
        """Ask, undo what it did, and return the status."""
        return self.at(self.path + (f"?{query}" if query else ""), data, kind, headers)

    def at(self, path: str, data: bytes = b"", kind: str = FORM, headers: Fields | None = None) -> int:
        kept = copy(self.client.cookies)
        self.client.raise_request_exception = False
        with undone():
            sent = {**self.headers, **(headers or {})}
            answer: Any = self.client.generic(self.method.upper(), path, data, kind, headers=sent)
            if answer.streaming:
                for _ in answer.streaming_content:
                    pass
        self.client.cookies = kept
        return int(answer.status_code)


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what it sends as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Fields]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", "").partition("?")[0], {}))
        elif self.found and tag in {"input", "select", "textarea", "button"} and given.get("name"):
            self.found[-1][1].setdefault(given["name"], given.get("value", ""))
        elif self.found and tag == "option" and "selected" in given and self.found[-1][1]:
            self.found[-1][1][list(self.found[-1][1])[-1]] = given.get("value", "")


@contextmanager
def listening() -> Iterator[set[str]]:
    """Hear by which names anything is looked for in queries and forms."""
    heard: set[str] = set()
    kept = {name: getattr(MultiValueDict, name) for name in ("__getitem__", "getlist", "__contains__")}

    def hearing(name: str) -> Callable[..., Any]:
        def asked(self: Any, key: Any, *rest: Any, **more: Any) -> Any:
            if isinstance(key, str) and isinstance(self, QueryDict):
                heard.add(key)
            return kept[name](self, key, *rest, **more)

        return asked

    for name in kept:
        setattr(MultiValueDict, name, hearing(name))
    try:
        yield heard
    finally:
        for name, each in kept.items():
            setattr(MultiValueDict, name, each)


def pages(world: World) -> list[Place]:
    """Every page, to look at and to send to."""
    owner, admin, stranger = (signed_in(each) for each in (world.cast.olivia, world.cast.alice, None))
    places, forms = [], dict[str, Fields]()
    for name, pattern in addresses().items():
        path = path_of(name, pattern, world.ours)
        is_for_strangers = name in LIBRARY and ("login" in path or "reset" in path)
        client = stranger if is_for_strangers else admin if name in PERSONAL else owner
        places += [Place(name, method, path, client, form=dict(FORMS.get(name, {}))) for method in ("get", "post")]
    for place in places:
        if place.method == "get":
            for action, fields in forms_of(place):
                forms.setdefault(action or place.path, {}).update(fields)
    for place in places:
        place.form = {**forms.get(place.path, {}), **place.form} if place.method == "post" else {}
        with listening() as heard:
            place.takes = place.ask(data=urlencode(place.form).encode()) != 405
        place.reads = (heard | set(place.form)) - {"csrfmiddlewaretoken"}
    return [place for place in places if place.takes]


def signed_in(user: User | None) -> Client:
    """A browser whose user has just given the password, so that the pages that ask for it again are open too."""
    client = Client()
    if user:
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert client.get("/profile/").status_code == 200
    return client


def forms_of(place: Place) -> list[tuple[str, Fields]]:
    place.client.raise_request_exception = False
    with undone():
        answer: Any = place.client.get(place.path)
        if answer.streaming:
            for _ in answer.streaming_content:
                pass
        if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
            return []
        parser = Forms()
        parser.feed(answer.content.decode(errors="replace"))
    return parser.found


def calls(world: World) -> list[Place]:
    """Every operation of the API, with a good body and the parameters that its description names."""
    bearer = {"Authorization": f"Bearer {tokens.make(world.cast.olivia, 'odd')[1]}"}
    paths, client = description()["paths"], Client()
    places = []
    for label, method, path in operations():
        place = Place(label, method, path.format(**world.ours.api), client, bearer, body=BODIES.get(label))
        told = paths[path][method]
        place.reads = {each["name"] for each in told.get("parameters", ()) if each["in"] == "query"}
        place.form = dict.fromkeys(properties(told), "")
        places.append(place)
    return places


def properties(told: Any) -> list[str]:
    """The names of what an operation's body may hold."""
    kinds = told.get("requestBody", {}).get("content", {})
    schemas = [each.get("schema", {}) for each in kinds.values()]
    return [name for schema in schemas for name in _properties(schema)]


def _properties(schema: Any, levels: int = 4) -> list[str]:
    if not levels:
        return []
    if "$ref" in schema:
        parts = schema["$ref"].split("/")[1:]
        found: Any = description()
        for part in parts:
            found = found[part]
        return _properties(found, levels - 1)
    inner = [*schema.get("anyOf", ()), *schema.get("allOf", ()), *([schema["items"]] if "items" in schema else [])]
    return [*schema.get("properties", {}), *(name for each in inner for name in _properties(each, levels - 1))]


def text(value: str) -> bytes:
    """A value as bytes, half characters and all."""
    return value.encode("utf-8", "surrogatepass")


def asked(name: str, value: str) -> str:
    """A query of one name."""
    return f"{quote(text(name))}={quote(text(value))}"


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def parts_of(world: World) -> Iterator[tuple[str, Callable[[str], str], Client, dict[str, str]]]:
    """Every part of an address that is filled in: its name, and a function that makes the address with another."""
    owner = signed_in(world.cast.olivia)
    for name, pattern in addresses().items():
        path = path_of(name, pattern, world.ours)
        pieces = path.split("/")
        told = pattern.replace("^", "").replace("$", "").split("/")
        for place, piece in enumerate(told, start=1):
            if "<" in piece and place < len(pieces):
                yield f"{name} {piece}", _filled(pieces, place), owner, {}
    bearer = {"Authorization": f"Bearer {tokens.make(world.cast.olivia, 'odd')[1]}"}
    for label, _, path in operations():
        if label.startswith("GET"):
            pieces = path.format(**world.ours.api).split("/")
            for place, piece in enumerate(path.split("/")):
                if piece.startswith("{"):
                    yield f"{label} {piece}", _filled(pieces, place), Client(), bearer


def _filled(pieces: list[str], place: int) -> Callable[[str], str]:
    return lambda value: "/".join([*pieces[:place], quote(text(value), safe=""), *pieces[place + 1 :]])


__all__ = ["FORM", "JSON", "Place", "as_json", "asked", "calls", "pages", "parts_of", "text"]
