"""Odd values in every query, form, body, header, cookie and part of an address: refused or taken, never a fault."""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from django.test import Client

from tests.attack.everywhere import (  # noqa: F401  one is a fixture
    FORM,
    JSON,
    Place,
    as_json,
    asked,
    calls,
    pages,
    parts_of,
    quietly,
)
from tests.attack.odd_values import RAW, SHARP, STRINGS, VALUES
from tests.web.test_walls import World, undone, world  # noqa: F401  a fixture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200), pytest.mark.django_db(databases="__all__")]
FULL = bool(os.environ.get("MUSTER_TEST_FULL"))
NEVER = 500
HEADERS = (
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Host",
    "HX-Request",
    "HX-Current-URL",
    "HX-Boosted",
    "Idempotency-Key",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Range",
    "Referer",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Request-Id",
    "X-Correlation-Id",
    "X-CSRFToken",
    "X-Requested-With",
    "Forwarded",
    "X-Twilio-Signature",
    "X-Hub-Signature-256",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
)
COOKIES = ("session", "csrftoken", "team", "messages", "django_language", "sessionid")


def fault(status: int, place: Place) -> bool:
    return status >= NEVER and not (status == 503 and place.name == "readyz")  # no worker has been seen here


def mixtures(names: Iterable[str], *, together: bool) -> Iterator[dict[str, str]]:
    """Odd values for these names: each alone; where there is no time for all, all names at once and a few alone."""
    known = sorted(names)
    if together and known and not FULL:
        yield from (dict.fromkeys(known, value) for value in SHARP)
    for turn, name in enumerate(known):
        values = STRINGS if FULL else some(SHARP, turn, 2 if together else 6)
        yield from ({name: value} for value in values)


def some(values: Sequence[Any], turn: int, count: int) -> Sequence[Any]:
    """So many of the values, other ones at each turn; all of them where there is time."""
    return values if FULL else [values[(turn + step * 7) % len(values)] for step in range(count)]


def told(values: dict[str, str]) -> str:
    return "&".join(asked(name, value) for name, value in values.items())


def test_no_query_of_a_page_is_a_fault(world: World) -> None:  # noqa: F811
    wrong = {}
    for place in pages(world):
        for values in mixtures(place.reads, together=True) if place.method == "get" else ():
            status = place.ask(told(values))
            if fault(status, place):
                wrong[place.name, told(values)[:60]] = status
    assert wrong == {}


@pytest.mark.parametrize("part", range(3))
def test_no_form_of_a_page_is_a_fault(world: World, part: int) -> None:  # noqa: F811
    wrong = {}
    for place in pages(world)[part::3]:
        for values in mixtures(place.reads, together=True) if place.method == "post" else ():
            status = place.ask(told(values), told(place.form | values).encode())
            if fault(status, place):
                wrong[place.name, told(values)[:60]] = status
    assert wrong == {}


@pytest.mark.postgres
def test_nothing_that_postgres_cannot_hold_is_a_fault(world: World) -> None:  # noqa: F811
    """A NUL, and an address of mail that is longer than its column: SQLite takes both."""
    wrong = {}
    for place in [*pages(world), *calls(world)]:
        for name in sorted(place.reads - {"wait"}):
            for value in ("a\0b", f"a@{'x.' * 140}example.org") if "email" in name else ("a\0b",):
                query, form = told({name: value}), told(place.form | {name: value}).encode()
                status = place.ask(query) if place.method == "get" else place.ask(query, form)
                if fault(status, place):
                    wrong[place.name, query[:60]] = status
    for label, path, client, headers in parts_of(world):
        place = Place(label, "get", "", client, headers)
        status = place.at(path("a\0b"))
        if fault(status, place):
            wrong[label, "path"] = status
    assert wrong == {}


def test_a_name_said_twice_is_no_fault(world: World) -> None:  # noqa: F811
    wrong = {}
    for place in [*pages(world), *calls(world)]:
        if place.reads:
            twice = "&".join(told(dict.fromkeys(place.reads, value)) for value in ("1", "2026-01-01"))
            status = place.ask(twice, twice.encode())
            if fault(status, place):
                wrong[place.name] = status
    assert wrong == {}


def test_no_query_of_an_operation_is_a_fault(world: World) -> None:  # noqa: F811
    wrong = {}
    for place in calls(world):
        known = {"channel": "text"} if "audience" in place.name else {}
        for values in mixtures(place.reads - {"wait"}, together=False):
            status = place.ask(told(known | values), as_json(place.body) if place.body else b"", JSON)
            if fault(status, place):
                wrong[place.name, told(values)[:60]] = status
    assert wrong == {}


def test_no_body_of_an_operation_is_a_fault(world: World) -> None:  # noqa: F811
    wrong = {}
    for place in calls(world):
        if place.method == "get":
            continue
        bodies = [*RAW, *map(as_json, some(VALUES, 0, 8))]
        for turn, name in enumerate(place.form):
            bodies += [as_json(one) for value in some(VALUES, turn, 8) for one in with_value(place, name, value)]
        for body in bodies:
            status = place.ask(data=body, kind=JSON)
            if fault(status, place):
                wrong[place.name, body[:80]] = status
    assert wrong == {}


def with_value(place: Place, name: str, value: Any) -> list[Any]:
    """A good body with one odd value in it, at its top or one level deeper; a list where that is what it takes."""
    body = place.body
    if isinstance(body, list):
        return [[{**body[0], name: value}]]
    known = body if isinstance(body, dict) else {}
    return [{**known, name: value}] + [
        {**known, outer: {name: value}} for outer in ("custom", "columns") if outer in place.form
    ]


def test_no_part_of_an_address_is_a_fault(world: World) -> None:  # noqa: F811
    wrong = {}
    for turn, (label, path, client, headers) in enumerate(parts_of(world)):
        place = Place(label, "get", "", client, headers)
        for value in some(STRINGS if FULL else SHARP, turn, 7):
            if fault(place.at(path(value)), place):
                wrong[label, value[:40]] = path(value)[:80]
    assert wrong == {}


def test_no_header_and_no_cookie_is_a_fault(world: World) -> None:  # noqa: F811
    everywhere = [*pages(world), *calls(world)]
    wrong = {}
    for turn, place in enumerate(everywhere):
        for number, name in enumerate(some((*HEADERS, *COOKIES), turn, 5)):
            value = STRINGS[(turn * 5 + number) % len(STRINGS)].encode("utf-8", "replace").decode("latin-1")
            sent = {"Cookie": f"{name}={value}"} if name in COOKIES else {name: value}
            if fault(place.ask(headers=sent), place):
                wrong[place.name, name] = value[:40]
    assert wrong == {}


def test_no_kind_of_body_is_a_fault(world: World) -> None:  # noqa: F811
    kinds = (
        FORM,
        JSON,
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain; charset=nonsense",
        "application/json; charset=utf-16",
        "",
        "\x00",
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data; boundary=" + "x" * 300,
    )
    broken = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\x00.csv"\r\n\r\nContactId\r\n--x'
    wrong = {}
    bodies = (broken, b"\xff\xfe\x00", b"a=%00&b=%ED%A0%80&=&&&%", json.dumps({"a": 1}).encode("utf-16"))
    for turn, place in enumerate([*pages(world), *calls(world)]):
        for kind, body in some(list(product(kinds, bodies)), turn, 5) if place.method != "get" else ():
            if fault(place.ask(data=body, kind=kind), place):
                wrong[place.name, kind[:60]] = body[:40]
    assert wrong == {}


def test_an_unknown_host_is_refused_with_a_line_and_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    logging.disable(logging.NOTSET)
    with undone():
        answer = Client(raise_request_exception=False).get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert not [each for each in caplog.records if each.exc_info or each.exc_text]
