"""Random inputs for all that reads what strangers send: files, workbooks, forms, JSON, queries, cursors, headers.

Each input has a number; with the seed it makes the same input again. Files and workbooks go through the four verbs of
the core, bodies of gateways, cursors and words of a search through what reads them, and the rest through the server
itself, in this process, with whatever it did undone.
"""

from __future__ import annotations

import base64
import json
import random
import resource
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from muster.api import paging
from muster.api.problems import Refused
from muster.connect import feed
from muster.connect.gateways import other, twilio, whatsapp_cloud
from muster.connect.gateways.said import BadCall
from muster.contacts.search import query
from muster.core import BadFile, Known, Options, Outcome, Schema, check, errors, make_plan, parse
from muster.core.cells import dates, dress, formulas, garbled
from muster.core.phones import cells
from tests.attack.everywhere import FORM, JSON, Place, text
from tests.attack.odd_values import RAW, STRINGS, VALUES
from tests.core.workbooks import workbook

HEAD = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber"]
FILES = Path(__file__).parents[1] / "files"
MOST_SECONDS, MOST_MB, MOST_FAULTS = 5.0, 1024, 40
HEADERS = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Cookie",
    "Host",
    "HX-Request",
    "Idempotency-Key",
    "If-None-Match",
    "If-Modified-Since",
    "Origin",
    "Range",
    "Referer",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Request-Id",
    "Content-Type",
    "X-Twilio-Signature",
    "X-Hub-Signature-256",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "Content-Encoding",
    "Transfer-Encoding",
    "Forwarded",
    "X-CSRFToken",
    "User-Agent",
)
TOKENS = (
    b",",
    b";",
    b"\t",
    b'"',
    b'""',
    b"\r\n",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1a",
    b"=1+1",
    b"+1 716 555 0101",
    b"+44 1753 495000",
    b"1.00012E+11",
    b"yes",
    b"No",
    b"2026-02-30",
    b"31/12/99",
    b"#N/A",
    b"sep=;\n",
    b"\\",
    b"'",
    b" ",
    b"\xc3\xa9",
    b"\xe2\x80\xae",
    b"ContactId",
    b"FirstName",
    b"MobileNumber",
    b"WhatsAppOptedOut",
    b"StaffId",
)


@dataclass
class Told:
    """What came of it."""

    counts: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0

    def lines(self) -> str:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.counts.items()))
        statuses = ", ".join(f"{count:,} × {status}" for status, count in sorted(self.answers.items()))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return (
            f"{sum(self.counts.values()):,} inputs in {self.seconds:,.0f} s: {kinds}. "
            f"Answers of the server: {statuses}. "
            f"Slowest {self.slowest[0]:.2f} s ({self.slowest[1]}); most memory {peak} MB; faults: {len(self.faults)}."
        )


class Fuzzer:
    """Makes inputs, and gives each to what reads it."""

    def __init__(self, seed: int, places: list[Place], say: Callable[[str], None]) -> None:
        self.seed, self.told, self.say = seed, Told(), say
        self.again = Counter[str]()
        self.gets = [each for each in places if each.method == "get"]
        self.forms = [each for each in places if each.method == "post" and not each.headers]
        self.bodies = [each for each in places if each.method != "get" and each.headers]
        self.chance = random.Random(seed)
        self.files = [each.read_bytes() for each in sorted(FILES.rglob("*.csv")) if each.stat().st_size < 4_000]
        self.books = [each.read_bytes() for each in sorted((FILES / "workbooks").iterdir())]
        self.books.append(workbook({"One": [HEAD, ["S1", "Ada", "Obi", "716-555-0101", ""]]}))
        self.schema = Schema()
        kinds = {
            "files": (26, self.file),
            "tables": (5, self.table),
            "workbooks": (2, self.book),
            "cells": (29, self.cell),
            "cursors": (15, self.cursor),
            "searches": (10, self.search),
            "gateways": (11.6, self.gateway),
            "queries": (0.5, self.asked),
            "forms": (0.3, self.form),
            "JSON bodies": (0.3, self.body),
            "headers": (0.15, self.header),
            "paths": (0.15, self.path),
        }
        self.names, self.weights = list(kinds), [weight for weight, _ in kinds.values()]
        self.kinds: dict[str, Callable[[], None]] = {name: each for name, (_, each) in kinds.items()}

    def run(self, inputs: int) -> Told:
        begun = time.monotonic()
        for number in range(inputs):
            self.one(number)
            self.told.seconds = time.monotonic() - begun
            if number and not number % 10_000:
                self.say(self.told.lines())
            if len(self.told.faults) >= MOST_FAULTS:
                break
        return self.told

    def one(self, number: int) -> None:
        """Try the input of this number."""
        self.chance = random.Random(f"{self.seed}/{number}")
        [kind] = self.chance.choices(self.names, self.weights)
        begun = time.perf_counter()
        try:
            self.kinds[kind]()
        except Exception:  # noqa: BLE001  whatever it is, it is a fault
            self.found(f"input {number} of seed {self.seed}, {kind}: {traceback.format_exc(limit=-3).strip()}")
        took = time.perf_counter() - begun
        self.told.counts[kind] += 1
        self.told.slowest = max(self.told.slowest, (took, f"input {number}, {kind}"))
        if took > MOST_SECONDS:
            self.found(f"input {number} of seed {self.seed}, {kind}: {took:.1f} s")

    def found(self, fault: str) -> None:
        """Note a fault; the same one again, by its last line, is counted and not said."""
        last = fault.splitlines()[-1]
        self.again[last] += 1
        if self.again[last] == 1:
            self.say(fault)
            self.told.faults.append(fault)

    # What is made

    def some(self) -> str:
        """A text: an odd one, several, or characters of any kind."""
        way = self.chance.random()
        if way < 0.5:
            return self.chance.choice(STRINGS)[:2_000]
        if way < 0.7:
            return "".join(self.chance.choice(STRINGS)[:50] for _ in range(self.chance.randint(2, 4)))
        most = self.chance.choice((0x7F, 0xFF, 0x2FFF, 0x10FFFF))
        return "".join(chr(self.chance.randint(0, most)) for _ in range(self.chance.randint(0, 40)))

    def changed(self, data: bytes, times: int) -> bytes:
        """Bytes with some changed, put in, left out or said twice."""
        made = bytearray(data)
        for _ in range(times):
            place, length = self.chance.randint(0, len(made)), self.chance.randint(1, 30)
            way = self.chance.randrange(5)
            if way == 0:
                made[place:place] = self.chance.choice(TOKENS)
            elif way == 1:
                del made[place : place + length]
            elif way == 2 and place < len(made):
                made[place] = self.chance.randrange(256)
            elif way == 3:
                made[place:place] = made[place : place + length] * self.chance.randint(1, 5)
            else:
                made[place:place] = text(self.some())[:200]
        return bytes(made)

    # What reads it

    def judged(self, data: bytes) -> None:
        """Import it, but for the database."""
        options = Options(
            blank_mobile=self.chance.choice(("fail", "infer")),
            header_row=self.chance.choice((None, None, None, 2, 5)),
            quoted_rows=self.chance.random() < 0.1,
            backslashes=self.chance.random() < 0.1,
            mend_letters=self.chance.random() < 0.1,
        )
        with suppress(BadFile):
            checked = check(parse(data, self.schema, options), self.schema, options)
            outcome = Outcome.of(make_plan(checked, Known(), self.schema, options))
            json.dumps([errors.retold(each) for each in outcome.problems[:50]])

    def file(self) -> None:
        self.judged(self.changed(self.chance.choice(self.files), self.chance.randint(1, 8)))

    def table(self) -> None:
        rows = [[self.some()[:200] for _ in range(self.chance.randint(1, 8))] for _ in range(self.chance.randint(1, 8))]
        joined = "\n".join(self.chance.choice(",;\t").join(row) for row in [HEAD, *rows])
        encoding = self.chance.choice(("utf-8", "utf-16", "cp1252", "utf-8-sig", "gbk"))
        self.judged(joined.encode(encoding, "replace"))

    def book(self) -> None:
        if self.chance.random() < 0.3:
            rows = [[text_of(self.some())[:200] for _ in range(5)] for _ in range(self.chance.randint(1, 5))]
            self.judged(workbook({"One": [HEAD, *rows]}))
        else:
            self.judged(self.changed(self.chance.choice(self.books), self.chance.randint(1, 4)))

    def cell(self) -> None:
        typed = self.some() + self.chance.choice(("", "+1716", "00", "31.12.", " ext 5", "E+11"))
        cells.read(typed, self.chance.choice(("US", "GB", "DE", "MX", "BR")))
        dates.read(typed)
        formulas.export_safe(dress.undressed(typed))
        garbled.mended(typed)

    def cursor(self) -> None:
        value = [self.chance.choice(VALUES[:20]) for _ in range(self.chance.randint(0, 4))]
        made = base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
        typed = self.chance.choice((made, self.some(), f"{self.some()}.{self.some()}", made[: len(made) // 2]))
        with suppress(Refused):
            paging.decode(typed, *self.chance.choice(((int,), (str, str), (int, int, int, int, int))))
        with suppress(feed.BadCursor):
            feed.read_cursor(typed)

    def search(self) -> None:
        query.parse(self.some(), self.chance.choice(("US", "GB", "DE")))

    def gateway(self) -> None:
        body = self.changed(self.chance.choice(PAYLOADS), self.chance.randint(1, 5))
        with suppress(BadCall):
            self.chance.choice((twilio.read, whatsapp_cloud.read, other.read))(self.chance.choice((body, self.raw())))

    def raw(self) -> bytes:
        return self.changed(self.chance.choice(RAW)[:3_000], 1)

    def said(self, place: Place) -> str:
        names = sorted(place.reads) or ["x"]
        chosen = self.chance.sample(names, min(len(names), self.chance.randint(1, 3)))
        return "&".join(f"{quote(name)}={quote(text(self.some()))}" for name in chosen if name != "wait")

    def served(self, place: Place, status: int) -> None:
        self.told.answers[str(status)] += 1
        if status >= 500 and place.name != "readyz":
            raise AssertionError(f"{status} from {place.method} {place.name}")

    def asked(self) -> None:
        place = self.chance.choice([each for each in (*self.gets, *self.bodies) if each.reads])
        self.served(place, place.ask(self.said(place), json.dumps(place.body).encode() if place.body else b"", JSON))

    def form(self) -> None:
        place = self.chance.choice(self.forms)
        form = dict(place.form)
        for name in self.chance.sample(sorted(place.reads), min(len(place.reads), self.chance.randint(0, 3))):
            form[name] = self.some()
        data = urlencode({name: text(value) for name, value in form.items()}).encode()
        self.served(
            place, place.ask(self.said(place), data if self.chance.random() < 0.9 else self.changed(data, 3), FORM)
        )

    def body(self) -> None:
        place = self.chance.choice(self.bodies)
        known = place.body if isinstance(place.body, dict) else {}
        names = self.chance.sample(list(place.form), min(len(place.form), self.chance.randint(0, 3)))
        value = {**known, **{name: self.chance.choice((self.chance.choice(VALUES), self.some())) for name in names}}
        data = (
            self.raw()
            if self.chance.random() < 0.2
            else json.dumps([value] if isinstance(place.body, list) else value).encode()
        )
        self.served(place, place.ask(data=data if self.chance.random() < 0.8 else self.changed(data, 2), kind=JSON))

    def header(self) -> None:
        place = self.chance.choice([*self.gets, *self.bodies])
        value = text(self.some()).decode("latin-1")
        self.served(place, place.ask(headers={self.chance.choice(HEADERS): value}))

    def path(self) -> None:
        place = self.chance.choice([*self.gets, *self.forms, *self.bodies])
        parts = place.path.split("/")
        parts[self.chance.randrange(1, len(parts))] = quote(text(self.some()[:500]), safe="")
        self.served(place, place.at("/" + "/".join(parts).lstrip("/")))


def text_of(made: str) -> str:
    """Without half characters, which nothing can write into a workbook."""
    return made.encode("utf-8", "replace").decode()


PAYLOADS = (
    b"MessageSid=SM1&From=%2B17165550101&To=%2B17165550000&Body=STOP&OptOutType=STOP",
    b'{"number":"+17165550101","channel":"text","opted_out":true,"message_id":"m1"}',
    json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": "1",
                    "changes": [
                        {
                            "field": "messages",
                            "value": {
                                "messaging_product": "whatsapp",
                                "metadata": {"phone_number_id": "1"},
                                "contacts": [{"wa_id": "17165550101"}],
                                "messages": [
                                    {
                                        "from": "17165550101",
                                        "id": "w1",
                                        "timestamp": "1750000000",
                                        "type": "text",
                                        "text": {"body": "Stop"},
                                    }
                                ],
                                "user_preferences": [
                                    {
                                        "wa_id": "17165550101",
                                        "category": "marketing_messages",
                                        "value": "stop",
                                        "timestamp": 1750000000,
                                    }
                                ],
                            },
                        }
                    ],
                }
            ],
        }
    ).encode(),
)
