"""A conformance case: what it is made of, how it is played through the API, and what is compared."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import requests
from pydantic import BaseModel, ConfigDict, Field

ENDED = {"ready", "refused", "done", "failed", "cancelled", "undone"}
POLL_SECONDS = 0.05
REQUEST_SECONDS = 120
Json = Any  # what the API answers


class CaseError(Exception):
    """The product does not do what the case says."""


class Table(BaseModel):
    """A table of a case: keys that the format does not have are refused."""

    model_config = ConfigDict(extra="forbid")


class Expect(Table):
    """What must be so after a step. What is left out is not compared."""

    state: str = "done"
    status: int | None = None
    totals: dict[str, int] = {}
    problems: set[tuple[int, str, str]] | None = None
    codes: set[str] | None = None
    notes: dict[str, int] = {}
    contacts: dict[str, dict[str, str | bool]] = {}
    absent: list[str] = []
    count: int | None = None
    audience: dict[str, list[str]] = {}
    search: dict[str, list[str]] = {}


class Step(Table):
    """An import of a text or a file; or something else that happens: `consent`, `add` or `word`."""

    text: str | None = None
    base64: str | None = None
    filename: str = "contacts.csv"
    as_file: bool = False
    blank_mobile: str = "fail"
    allow_mobile_updates: bool | None = None
    blank_opt_out: str | None = None
    opt_back_in: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    columns: dict[str, str] | None = None
    consent: dict[str, Any] | None = None
    add: dict[str, Any] | None = None
    word: dict[str, Any] | None = None
    expect: Expect = Field(default_factory=Expect)

    def options(self) -> dict[str, str]:
        """The form of the import without its contents. TOML has no null: "" leaves a column out."""
        form = {"blank_mobile": self.blank_mobile, "confirm": "true"}
        for name in ("blank_opt_out", "opt_back_in", "encoding", "delimiter", "header_row", "sheet"):
            if (value := getattr(self, name)) is not None:
                form[name] = str(value)
        if self.allow_mobile_updates is not None:
            form["allow_mobile_updates"] = json.dumps(self.allow_mobile_updates)
        if self.columns is not None:
            form["columns"] = json.dumps({header: field or None for header, field in self.columns.items()})
        return form

    def upload(self) -> bytes | None:
        """The bytes of the file, or None where the text is pasted."""
        if self.base64 is not None:
            return base64.b64decode(self.base64)
        return (self.text or "").encode() if self.as_file else None


class Case(Table):
    """A name, the rules that it holds the product to, a team as it begins, and the steps."""

    name: str
    rules: list[str] = []
    team: dict[str, Any] = {}
    users: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    step: list[Step] = Field(min_length=1)


class Player:
    """Plays cases against one server."""

    def __init__(self, url: str, token: str, wait: float) -> None:
        self.api = f"{url.rstrip('/')}/api/v1"
        self.wait = wait
        self.session = requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    def refusal(self) -> str:
        """Why this token cannot play cases here, or nothing."""
        status, me = self._call("GET", "/me")
        if status != 200:
            return f"the server answers {status} to this token"
        return "" if me["owner"] else "the token is not an owner's, who alone make teams"

    def play(self, case: Case) -> None:
        """Every step in a new team. Raises CaseError at the first step that does not hold."""
        team = self._new_team(case)
        for number, step in enumerate(case.step, 1):
            try:
                done = self._take(team, step)
                wrong = list(self._differences(team, done, step.expect))
            except CaseError as failure:
                wrong = [str(failure)]
            if wrong:
                raise CaseError(f"step {number}: {'; '.join(wrong)}")

    def _call(self, method: str, path: str, **sent: Any) -> tuple[int, Json]:
        answer = self.session.request(method, self.api + path, timeout=REQUEST_SECONDS, **sent)
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status_code, answer.json() if is_json else answer.text

    def _ask(self, method: str, path: str, **sent: Any) -> Json:
        status, body = self._call(method, path, **sent)
        if status >= 400:
            raise CaseError(f"{method} {path}: HTTP {status} {str(body)[:300]}")
        return body

    def _new_team(self, case: Case) -> str:
        run = uuid4().hex[:12]
        about = {"name": f"Case {run}", "slug": f"case-{run}", **case.team}
        team = f"/teams/{self._ask('POST', '/teams', json=about)['slug']}"
        for user in case.users:
            name, _, domain = user["email"].partition("@")
            person = {"first_name": name, "last_name": "Case", "role": "user", **user}
            self._ask("POST", f"{team}/users", json=person | {"email": f"{name}+{run}@{domain}"})
        for field in case.fields:
            self._ask("POST", f"{team}/fields", json={"kind": "text", **field})
        return team

    def _take(self, team: str, step: Step) -> Json:
        """Do what the step says. Returns the import that it made, if it is one."""
        if step.word is not None:
            self._say(team, step.word, step.expect.status or 200)
        elif step.consent is not None:
            contact = quote(step.consent["contact_id"], safe="")
            rest = {name: value for name, value in step.consent.items() if name != "contact_id"}
            self._ask("POST", f"{team}/contacts/{contact}/consent", json=rest)
        elif step.add is not None:
            self._ask("POST", f"{team}/contacts", json=step.add)
        else:
            return self._import(team, step)
        return None

    def _say(self, team: str, word: dict[str, Any], wanted: int) -> None:
        """Somebody's own word, by their number."""
        status, body = self._call("POST", f"{team}/consent", json={"source": "contact", **word})
        if status != wanted:
            raise CaseError(f"word: HTTP {status}, not {wanted}: {str(body)[:300]}")

    def _import(self, team: str, step: Step) -> Json:
        """Import, and wait for the end. A refusal of the request with problems counts as a refused import."""
        file = step.upload()
        sent = {"text": (None, step.text or "")} if file is None else {"file": (step.filename, file)}
        form = {name: (None, value) for name, value in step.options().items()}
        status, body = self._call("POST", f"{team}/imports", files=form | sent)
        if step.expect.status not in {None, status}:
            raise CaseError(f"HTTP {status}, not {step.expect.status}: {str(body)[:300]}")
        if status in {413, 422} and isinstance(body, dict) and body.get("problems"):
            return {"state": "refused", "totals": {}, "note_counts": {}, "problems": body["problems"]}
        if status >= 400:
            raise CaseError(f"import: HTTP {status} {str(body)[:300]}")
        until = time.monotonic() + self.wait
        while body["state"] not in ENDED:
            if time.monotonic() > until:
                raise CaseError(f"still {body['state']} after {self.wait:.0f} seconds")
            time.sleep(POLL_SECONDS)
            body = self._ask("GET", f"{team}/imports/{body['id']}")
        return body

    def _differences(self, team: str, done: Json, want: Expect) -> Iterator[str]:
        """What is not as expected, one sentence each."""
        if done is not None:
            yield from import_differences(done, want)
        for contact_id, values in want.contacts.items():
            yield from self._contact_differences(team, contact_id, values)
        for contact_id in want.absent:
            if self._call("GET", f"{team}/contacts/{quote(contact_id, safe='')}")[0] != 404:
                yield f"contact {contact_id} is there"
        if want.count is not None:
            yield from differs("contacts", len(self._items(f"{team}/contacts?limit=500")), want.count)
        for channel, numbers in want.audience.items():
            found = [item["number"] for item in self._items(f"{team}/audience?channel={channel}")]
            yield from differs(f"audience {channel}", sorted(found), sorted(numbers))
        for query, ids in want.search.items():
            found = [item["contact_id"] or "" for item in self._items(f"{team}/contacts?q={quote(query)}")]
            yield from differs(f"search {query}", sorted(found), sorted(ids))

    def _items(self, path: str) -> list[Json]:
        items: list[Json] = self._ask("GET", path)["items"]
        return items

    def _contact_differences(self, team: str, contact_id: str, values: dict[str, str | bool]) -> Iterator[str]:
        status, contact = self._call("GET", f"{team}/contacts/{quote(contact_id, safe='')}")
        if status != 200:
            yield f"contact {contact_id}: HTTP {status}"
            return
        for key, value in values.items():
            found = contact["custom"].get(key[7:]) if key.startswith("custom.") else contact.get(key)
            yield from differs(f"contact {contact_id}, {key}", "" if found is None else found, value)


def import_differences(done: Json, want: Expect) -> Iterator[str]:
    """What of an import is not as expected."""
    problems = {(each.get("row") or 0, each.get("field") or "", each["code"]) for each in done["problems"]}
    if done["state"] != want.state:
        yield f"state {done['state']}, expected {want.state}; problems {sorted(problems)[:6]}"
        return
    for name, count in want.totals.items():
        yield from differs(name, done["totals"].get(name), count)
    if want.problems is not None:
        yield from differs("problems", sorted(problems), sorted(want.problems))
    if want.codes is not None:
        yield from differs("codes", sorted({code for _, _, code in problems}), sorted(want.codes))
    for code, count in want.notes.items():
        yield from differs(f"note {code}", done["note_counts"].get(code, 0), count)
    for problem in done["problems"]:
        if not (problem.get("message") and problem.get("fix")):
            yield f"a problem without message or fix: {problem}"


def differs(name: str, found: object, wanted: object) -> Iterator[str]:
    """One sentence when the two are not equal."""
    if found != wanted:
        yield f"{name}: {found!r}, expected {wanted!r}"
