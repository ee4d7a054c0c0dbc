"""Undoing a large import with 200 changes since: every contact is exactly what the specification says (A4).

The import creates, updates, adopts, opts in and opts out. What must become of each contact is worked out here from
what it was before the import, after it, and after the later changes, in the words of the specification.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any

import pytest
from django.test import Client

from muster.contacts import edit
from muster.contacts.models import Change, Contact, CustomField
from muster.contacts.schema import searchable_keys
from muster.imports import undo, worker
from muster.imports.models import State
from muster.teams import tokens
from muster.teams.models import Team
from tests.cast import Cast
from tests.environment import ON_POSTGRES
from tests.imports.play import HEADER, contact, found, imported, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")

FULL = HEADER + ",OptedOut,WhatsAppOptedOut,WhatsAppMarketingOptedOut,StaffId,Major"
CHANNELS = ("text", "whatsapp", "whatsapp_marketing")
PARTS = ("out", "source", "by", "at", "own_out")
KINDS = 12  # of rows for contacts that are there already
MOST_BY_HAND = 50  # each in the one transaction of a test, where every change of a row makes the next one dearer
NOT_VALUES = ("pk", "team", "updated_at", "search_text")

# The full size runs with the slow tests; on PostgreSQL, where those do not run, with the rest.
LARGE = [pytest.mark.slow, *([pytest.mark.postgres] if ON_POSTGRES else [])]
SIZES = [2_000, pytest.param(50_000, marks=LARGE)]

Values = dict[str, Any]


@dataclass
class Story:
    """What is there before the import, and what the import and the later changes do. `rows`: of the import."""

    cast: Cast
    rows: int
    major: CustomField
    fields_changed_later: dict[int, set[str]] = field(default_factory=dict)
    later: Counter[str] = field(default_factory=Counter)

    @property
    def team(self) -> Team:
        return self.cast.team

    @property
    def known(self) -> int:
        """How many rows of the import are for contacts that are there."""
        return self.rows * 6 // 10

    @property
    def adopted(self) -> int:
        """How many contacts are added by hand, one after the other, for rows to adopt."""
        return min(self.rows // 100, MOST_BY_HAND)

    @property
    def said(self) -> int:
        """How many contacts have opted out by their own word or a user's, of each of two kinds."""
        return min(self.rows // 200, MOST_BY_HAND)

    @property
    def bad(self) -> int:
        return self.rows // 50

    def of_kind(self, kind: int, count: int, skip: int = 0) -> list[str]:
        """The ContactIds of some contacts that the import treats alike."""
        return [f"S{number}" for number in range(kind, self.known, KINDS)][skip : skip + count]

    def created(self, count: int, skip: int = 0) -> list[str]:
        first = self.known + self.adopted
        return [f"S{number}" for number in range(first, self.rows - self.bad)][skip : skip + count]

    def adoptees(self, count: int) -> list[str]:
        return [f"S{self.known + number}" for number in range(count)]


def us(number: int) -> str:
    return f"+1716{number:07d}"


def uk(number: int) -> str:
    return f"+447{number:09d}"


def line(number: int, **cells: str) -> str:
    """A row of contact S{number} as the first import has it, with some cells changed."""
    usual = {
        "id": f"S{number}",
        "first": f"Ana{number % 97}",
        "last": "Núñez",
        "mobile": us(2_000_000 + number),
        "whatsapp": uk(400_000_000 + number),
        "text": "no",
        "wa": "no",
        "marketing": "no",
        "staff": "007",
        "major": "Law",
    }
    return ",".join({**usual, **cells}.values())


def first_row(number: int) -> str:
    kind = number % KINDS
    if kind == 9:
        return line(number, text="yes")
    if kind == 10:
        return line(number, wa="yes")
    return line(number, mobile="", text="") if kind == 11 else line(number)


CHANGED: dict[int, Callable[[int], str]] = {
    0: first_row,
    1: lambda number: line(number, first="Anna", last="Nunez"),
    2: lambda number: line(number, mobile=us(3_000_000 + number)),
    3: lambda number: line(number, whatsapp=uk(500_000_000 + number)),
    4: lambda number: line(number, major="Art"),
    5: lambda number: line(number, major=""),
    6: lambda number: line(number, staff="T01"),
    7: lambda number: line(number, staff="", first="Anna"),
    8: lambda number: line(number, text="yes", last="Nunez"),
    9: lambda number: line(number, text="no"),
    10: lambda number: line(number, wa="", marketing="yes", first="Anna"),
    11: lambda number: line(number, mobile=us(6_000_000 + number), text=""),
}


def import_rows(story: Story) -> Iterator[str]:
    for number in range(story.rows):
        if number < story.known:
            yield CHANGED[number % KINDS](number)
        elif number < story.known + story.adopted:
            yield line(number, mobile=us(5_000_000 + number - story.known), first="Adopted")
        elif number >= story.rows - story.bad:
            yield line(number, staff="nobody has this")
        elif number % 3 == 1:
            yield line(number, mobile="", text="")
        else:
            yield line(number, text="yes" if number % 3 else "no")


def begin(story: Story) -> None:
    """Contacts of an earlier import, some added by hand, some opted out by a user or by their own word."""
    numbers = [*range(story.known), *range(story.rows, story.rows + story.rows // 10)]
    imported(story.team, story.cast.alice, sheet(*map(first_row, numbers), header=FULL), blank_mobile="infer")
    for number in range(story.adopted):
        values = {"first_name": "Walk", "last_name": "In", "mobile_number": us(5_000_000 + number)}
        edit.add(story.team, story.cast.bob, values)
    for kind, channel in ((9, "text"), (10, "whatsapp")):
        for place, each in enumerate(story.of_kind(kind, story.said)):
            source = "contact" if place % 2 else "user"
            one = contact(story.team, each)
            edit.set_consent(one, channel=channel, opted_out=False, source="user", by=story.cast.bob)
            edit.set_consent(one, channel=channel, opted_out=True, source=source, by=story.cast.bob)


def change_later(story: Story) -> None:
    """200 changes: by hand, by the API, and by another import."""
    for how in (changes_by_hand, changes_by_api, later_import):
        how(story)
    assert sum(story.later.values()) == 200


def changes_by_hand(story: Story) -> None:
    team, alice, bob = story.team, story.cast.alice, story.cast.membership(story.cast.bob).id
    major = story.major.key
    by_hand: list[tuple[list[str], Callable[[int], dict[str, Any]]]] = [
        (story.of_kind(0, 10), lambda _: {"first_name": "Later"}),
        (story.of_kind(1, 10), lambda _: {"last_name": "Later"}),
        (story.of_kind(4, 5, skip=10), lambda _: {major: "Music"}),
        (story.of_kind(4, 5, skip=10), lambda _: {major: "Art"}),  # what the import made it: changed since all the same
        (story.of_kind(2, 10), lambda place: {"mobile_number": us(7_000_000 + place)}),
        (story.of_kind(7, 10), lambda _: {"assigned": bob}),
        (story.of_kind(11, 10), lambda place: {"mobile_number": us(7_100_000 + place)}),
        (story.adoptees(10), lambda _: {"first_name": "Later"}),
        (story.created(10), lambda _: {major: "Music"}),
        (story.created(5, skip=10), lambda _: {"last_name": "Later"}),
        (story.created(5, skip=10), lambda _: {"last_name": "Núñez"}),
    ]
    for ids, values in by_hand:
        for place, each in enumerate(ids):
            one = contact(team, each)

            def save(one: Contact = one, typed: Mapping[str, Any] = values(place)) -> None:
                edit.update(one, alice, typed)

            watched(story, "by hand", [one.id], save)
    for each in story.of_kind(2, 10, skip=10):  # somebody else has the number that would go back
        values_of = {"first_name": "New", "last_name": "Holder", "mobile_number": us(2_000_000 + int(each[1:]))}
        edit.add(team, alice, values_of)
        story.later["by hand"] += 1


def changes_by_api(story: Story) -> None:
    token, browser = tokens.make(story.cast.alice, "gateway")[1], Client()
    said: list[tuple[list[str], dict[str, Any]]] = [
        (story.of_kind(8, 15), {"channel": "text", "opted_out": False, "source": "contact"}),
        (story.of_kind(9, 15, skip=story.said), {"channel": "text", "opted_out": True, "source": "contact"}),
        (story.of_kind(10, 15, story.said), {"channel": "whatsapp_marketing", "opted_out": False, "source": "user"}),
        (story.created(15, skip=40), {"channel": "whatsapp", "opted_out": True, "source": "contact"}),
    ]
    for ids, body in said:
        for each in ids:
            path = f"/api/v1/teams/{story.team.slug}/contacts/{each}/consent"
            headers = {"Authorization": f"Bearer {token}"}

            def post(path: str = path, body: dict[str, Any] = body, headers: dict[str, str] = headers) -> None:
                assert browser.post(path, json.dumps(body), "application/json", headers=headers).status_code == 200

            watched(story, "by API", [contact(story.team, each).id], post)


def later_import(story: Story) -> None:
    ids = [*story.of_kind(4, 10), *story.of_kind(5, 10), *story.of_kind(3, 10), *story.created(10, skip=60)]
    rows = [
        line(int(each[1:]), mobile=contact(story.team, each).mobile_number or "", text="", major="Later")
        for each in ids
    ]
    keys = [contact(story.team, each).id for each in ids]
    watched(story, "by import", keys, lambda: imported(story.team, story.cast.alice, sheet(*rows, header=FULL)))


def watched(story: Story, how: str, keys: list[int], change: Callable[[], object]) -> None:
    """Do it, and note which values of which contacts it changed: something, of each."""
    before = snapshot(story.team, keys)
    change()
    after = snapshot(story.team, keys)
    for key in keys:
        changed = different(before[key], after[key])
        assert changed
        story.fields_changed_later.setdefault(key, set()).update(changed)
        story.later[how] += 1


def snapshot(team: Team, keys: Iterable[int] | None = None) -> dict[int, Values]:
    """All that is stored of contacts, by key; a channel and each custom value as one value."""
    columns = [each.attname for each in Contact._meta.concrete_fields if each.name not in NOT_VALUES]
    contacts = Contact.objects.filter(team=team) if keys is None else Contact.objects.filter(team=team, id__in=[*keys])
    return {row["id"]: state(row) for row in contacts.values(*columns).iterator(chunk_size=5_000)}


def state(row: Values) -> Values:
    for channel in CHANNELS:
        row[channel] = tuple(row.pop(f"{channel}_{part}") for part in PARTS)
    row |= {f"custom.{key}": value for key, value in row.pop("custom").items()}
    return row


def different(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """The names of the values that differ; one that is absent is None."""
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


@dataclass
class Expected:
    """What must become of every contact, and how many fare how."""

    before: dict[int, Values]
    done: dict[int, Values]
    now: dict[int, Values]
    later: dict[int, set[str]]
    told: Counter[str] = field(default_factory=Counter)
    holders: dict[str | None, int] = field(default_factory=dict)

    def contacts(self) -> dict[int, Values]:
        self.holders = {each["mobile_number"]: key for key, each in self.now.items()}
        left = {key: self.of(key, now) for key, now in self.now.items()}
        return {key: each for key, each in left.items() if each is not None}

    def of(self, key: int, now: Values) -> Values | None:
        """One contact, which is there now; None when it goes."""
        if key not in self.done:
            return now  # somebody made it since
        if key not in self.before:
            return self.created(key, now)
        was, mine = self.before[key], different(self.before[key], self.done[key])
        if not mine:
            return now
        back = {name for name in mine if self.goes_back(key, name, now)}
        if "mobile_number" in mine - back:
            back.discard("mobile_inferred_at")
        # Whether a number was inferred is told with the number: two columns, one value for people.
        self.told["restored" if back == mine else "partly" if back else "kept_changed"] += 1
        return {**now, **{name: was.get(name) for name in back}}

    def created(self, key: int, now: Values) -> Values | None:
        """A contact that the import made goes unless it was changed since."""
        self.told["kept_created" if key in self.later else "removed"] += 1
        return now if key in self.later else None

    def goes_back(self, key: int, name: str, now: Values) -> bool:
        """Whether a value that the import changed is restored: unless changed since; never an opt-out → opt-in."""
        was: Any = self.before[key].get(name)
        if name in self.later.get(key, ()):
            return False
        if name in CHANNELS and now[name][0] and not was[0]:
            self.told["opt_outs_kept"] += 1
            return False
        return name != "mobile_number" or self.holders.get(was, key) == key


def without_nothing(values: Mapping[str, Any]) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def compared(left: dict[int, Values], wanted: dict[int, Values]) -> dict[int, Any]:
    """Every contact that is not as wanted, with what differs."""
    return {
        key: {name: (wanted.get(key, {}).get(name), left.get(key, {}).get(name)) for name in names}
        for key in {*left, *wanted}
        if (names := different(left.get(key, {}), wanted.get(key, {})))
    }


@pytest.mark.parametrize("rows", SIZES)
def test_it_is_true_of_every_contact_of_a_large_import(
    cast: Cast, rows: int, record_property: Callable[[str, object], None]
) -> None:
    story = Story(cast, rows, CustomField.objects.create(team=cast.team, name="Major", name_folded="major"))
    begin(story)
    before = snapshot(story.team)
    imp = imported(
        story.team,
        cast.alice,
        sheet(*import_rows(story), header=FULL),
        blank_mobile="infer",
        allow_mobile_updates=True,
    )
    created, updated, _, failed = totals(imp)
    assert (created, failed) == (rows - story.known - story.adopted - story.bad, story.bad)
    assert updated >= (story.known * (KINDS - 1)) // KINDS
    done = snapshot(story.team)
    change_later(story)
    now = snapshot(story.team)
    expected = Expected(before, done, now, story.fields_changed_later)
    wanted = expected.contacts()

    told = undo.look(imp)
    began = perf_counter()
    entry = worker.run_now(undo.undo(imp, cast.alice))
    seconds = perf_counter() - began

    left = snapshot(story.team)
    wrong = compared(left, wanted)
    assert (len(wrong), dict(list(wrong.items())[:3])) == (0, {})
    assert {key: count for key, count in asdict(told).items() if count} == dict(expected.told)
    assert {key: entry.summary["totals"][key] for key in expected.told} == dict(expected.told)
    assert entry.state == State.DONE
    assert (entry.updated, entry.unchanged) == (told.restored + told.partly, told.kept_created + told.kept_changed)
    assert entry.rows == entry.updated + entry.unchanged + told.removed == imp.created + imp.updated
    assert Change.objects.filter(import_id=entry.pk).count() == told.removed + told.restored + told.partly
    assert_search_is_true(story)
    kinds = {"removed", "kept_created", "restored", "partly", "kept_changed", "opt_outs_kept"}
    assert set(expected.told) == kinds  # the story has some of each
    for name, count in {**expected.told, "contacts": len(left), "later": 200, "seconds": round(seconds, 1)}.items():
        record_property(name, count)
    took = ", ".join(f"{name} {each:.1f}" for name, each in imp.seconds.items())
    print(
        f"{rows:,} rows (s: {took}) undone in {seconds:.1f} s: {dict(expected.told)}; {len(left):,} contacts compared"
    )


def assert_search_is_true(story: Story) -> None:
    """Contacts are found by what they are now, and by nothing that they were."""
    searchable = searchable_keys(story.team)
    for one in Contact.objects.filter(team=story.team).iterator(chunk_size=5_000):
        assert one.search_text == edit.search_text(one, searchable)
    assert found(story.team, "adopted") == []
    gone, renamed = story.created(1, skip=100)[0], story.of_kind(1, 1, skip=60)[0]
    assert found(story.team, us(2_000_000 + int(gone[1:]))) == []
    assert found(story.team, f"núñez {us(2_000_000 + int(renamed[1:]))}") == [renamed]
