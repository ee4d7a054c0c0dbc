"""Search finds what a look at every contact finds, and nothing else, on either database."""

import random
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.contacts import edit
from muster.contacts.models import Contact
from muster.contacts.search import find
from muster.contacts.search.filters import Filters
from muster.contacts.search.index import Folds, document, documents, fold
from muster.contacts.search.query import parse
from tests.cast import Cast
from tests.contacts.people import save, values


def everything(cast: Cast, typed: str, filters: Filters = find.EVERYBODY, limit: int = 7) -> list[int]:
    """All hits, page after page."""
    found: list[int] = []
    before = None
    while True:
        page = find.find(cast.team, typed, filters, before=before, limit=limit)
        assert len(page.contacts) <= limit
        found += [contact.id for contact in page.contacts]
        if page.next is None:
            return found
        before = page.next


def is_hit(text: str, typed: str, home: str = "US") -> bool:
    return any(all(any(each in text for each in term) for term in way) for way in parse(typed, home).ways)


def some_queries(contacts: list[Contact]) -> list[str]:
    """Pieces of what is there, badly typed, and things that are not."""
    rng = random.Random(2)
    queries = [
        "zoe",
        "nunez lee",
        "strasse",
        "o'brien",
        "%",
        "100%",
        "_",
        "\\",
        '"',
        "van der",
        "qqq",
        "1 7",
        "+44",
        "王",
        "王伟",
        "王伟 张",
    ]
    for contact in rng.sample(contacts, 10):
        text = contact.search_text
        start, length = rng.randrange(len(text)), rng.randint(1, 8)
        queries.append(text[start : start + length].upper())
        number = contact.whatsapp_number or contact.mobile_number or ""
        queries += [number, number[1:], f"00{number[1:5]} {number[5:]}", f"({number[2:5]}) {number[5:8]}-{number[8:]}"]
        queries.append(f"{contact.last_name} {(contact.contact_id or '')[-3:]} {contact.first_name[:2]}")
    return queries


@pytest.mark.parametrize("looked_at_first", [5, 1_000])
def test_it_finds_what_a_look_at_every_contact_finds(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, looked_at_first: int
) -> None:
    monkeypatch.setattr(find, "LOOKED_AT_FIRST", looked_at_first)
    monkeypatch.setattr(find, "MOST_LOOKED_AT", 700)
    contacts = save(cast.team, list(values(2_000)))
    save(cast.other_team, list(values(300)))

    for typed in some_queries(contacts):
        naive = {contact.id for contact in contacts if is_hit(contact.search_text, typed)}
        found = everything(cast, typed, limit=500)
        assert len(found) == len(set(found)), typed
        assert set(found) == naive or (typed.strip() == "" and len(found) == len(contacts)), typed
        matching = set(find.matching(cast.team, typed).values_list("id", flat=True))
        assert matching == set(found), typed


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nunez", True), ("NÚÑEZ", True), ("ana nunez", True), ("nunez ana", True), ("une", True), ("ana ruiz", False),
        ("s0001", True), ("S00017", True), ("1753495000", True), ("+44 1753 495000", True), ("+441753495000", True),
        ("+44 (0)1753-495-000", True), ("0044 1753 495 000", True), ("011 44 1753 495000", True), ("+1 716", True),
        ("01753 495000", True), ("01753.495.000", True), ("495 000", True), ("555.1234", True), ("+1 717", False),
        ("(716) 555-1234", True), ("1-716-555-1234", True), ("ana +1716", True), ("ana 555-1234", True), ("a", True),
        ("tel:+17165551234", True), ("+753", False), ("\uff17\uff11\uff16", True), ("٧١٦٥٥٥", True), ("x", False),
        ("physics", True), ("hidden", False), ("\0ana", True), ("ana\u00a0nunez", True), ("a" * 300, False),
    ],
)  # fmt: skip
def test_it_reads_what_people_type(cast: Cast, typed: str, found: bool) -> None:
    person: dict[str, Any] = {**next(values(1)), "first_name": "Ana", "last_name": "Núñez", "contact_id": "S00017"}
    person |= {"mobile_number": "+17165551234", "whatsapp_number": "+441753495000", "custom": {"7": "Physics"}}
    save(cast.team, [person])

    assert bool(find.find(cast.team, typed).contacts) is found


def test_it_reads_a_national_number_of_the_home_region(cast: Cast) -> None:
    cast.team.home_region = "GB"
    save(cast.team, [{**next(values(1)), "mobile_number": "+441753495000", "whatsapp_number": None}])

    assert find.find(cast.team, "(01753) 495000").contacts


def test_it_shows_the_newest_first_and_whoever_has_the_very_id_before_them(cast: Cast) -> None:
    people = [{**person, "contact_id": f"{number}"} for number, person in enumerate(values(300))]
    save(cast.team, people)

    ids = [contact.contact_id for contact in find.find(cast.team, "29").contacts]
    assert ids[:2] == ["29", "299"]
    for limit in (1, 2, 3):
        assert everything(cast, "29", limit=limit) == everything(cast, "29", limit=50)


def test_it_looks_at_so_many_and_says_where_to_go_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "LOOKED_AT_FIRST", 10)
    monkeypatch.setattr(find, "MOST_LOOKED_AT", 20)
    people = list(values(100))
    people[0]["first_name"] = "ψψ"
    saved = save(cast.team, people)

    page = find.find(cast.team, "ψψ")

    assert page.contacts == []
    assert page.next is not None
    assert everything(cast, "ψψ") == [saved[0].id]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(text=True),
        Filters(text=False),
        Filters(whatsapp=True, whatsapp_marketing=True),
        Filters(unassigned=True),
    ],
)
def test_it_filters(cast: Cast, monkeypatch: pytest.MonkeyPatch, filters: Filters) -> None:
    monkeypatch.setattr(find, "LOOKED_AT_FIRST", 10)
    monkeypatch.setattr(find, "MOST_LOOKED_AT", 50)
    contacts = save(cast.team, list(values(500)))
    wanted = {
        "text_out": filters.text,
        "whatsapp_out": filters.whatsapp,
        "whatsapp_marketing_out": filters.whatsapp_marketing,
    }
    kept = [each for each in contacts if all(value in {None, getattr(each, key)} for key, value in wanted.items())]

    for typed in ("", "ana", "71"):
        naive = [each.id for each in reversed(kept) if not typed or is_hit(each.search_text, typed)]
        assert everything(cast, typed, filters) == naive


def test_it_keeps_up_with_changes(cast: Cast) -> None:
    contact = edit.add(cast.team, cast.alice, {"first_name": "Ana", "last_name": "Ray", "mobile_number": "7165551234"})
    edit.update(contact, cast.alice, {"last_name": "Øster"})

    assert [len(find.find(cast.team, typed).contacts) for typed in ("ray", "oster", "ana")] == [0, 1, 1]


def test_folding_twice_changes_nothing() -> None:
    every = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) != "Cs"]

    assert [char for char in every if fold(fold(char)) != fold(char)] == []


CELLS = st.one_of(
    st.none(), st.sampled_from(["", "Ana", "Łukasz", "two\n\nlines", "+17165550101"]), st.text(max_size=5)
)
NUMBERS = st.one_of(st.none(), st.sampled_from(["+17165550101", "+17165550102", "+447400123456"]))


@given(st.lists(st.tuples(CELLS, CELLS, NUMBERS, NUMBERS, NUMBERS, CELLS), max_size=6))
def test_it_looks_at_many_new_contacts_as_at_each(rows: list[tuple[str | None, ...]]) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6

    many = documents(columns[:2], columns[2:5], columns[5:], Folds())

    assert many == [document(row[:2], row[2:5], row[5:]) for row in rows]
