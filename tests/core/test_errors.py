"""The catalogue is honest: every code is raised by its example, and the guide is what the catalogue says."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.core import BadFile, Lookup, Note, Options, Problem, by_hand, check, errors, make_plan, parse
from muster.core.consent import Channel
from muster.core.docs import pages
from muster.core.errors import REGISTRY
from tests.core.memory import Team
from tests.core.workbooks import workbook, zipped

OPTIONS: dict[str, dict[str, Any]] = {"infer": {"blank_mobile": "infer"}, "updates": {"allow_mobile_updates": True}}
OPTIONS["letters mended"] = {"mend_letters": True}
OPTIONS |= {f"sheet {name}": {"sheet": name} for name in "AB"}
LIMITS: dict[str, dict[str, int]] = {
    "at most 100 bytes": {"max_bytes": 100},
    "at most 1 row": {"max_rows": 1},
    "at most 9 cells": {"max_cells": 9},
}
FINE = {
    "ContactId": "S1",
    "FirstName": "Ada",
    "LastName": "Obi",
    "MobileNumber": "716-555-0102",
    "WhatsAppMobileNumber": "",
}


def example_team() -> Team:
    """The team that the examples of the catalogue are about."""
    out = Channel(opted_out=True)
    team = Team(erased=frozenset({"S666", "S667"}), erased_since=frozenset({"S667"}))
    names: dict[str, Any] = {"first_name": "Ada", "last_name": "Obi"}
    more = {"whatsapp_number": "+447911123456", "staff_id": "u-uma", "whatsapp": out, "custom.1": "Biology"}
    team.add(contact_id="S900", mobile_number="+17165550900", **names, **more)
    own = Channel(opted_out=True, source="contact", own_out=True)
    team.add(contact_id="S901", mobile_number="+17165550901", whatsapp=own, **names)
    team.add(contact_id="00123", mobile_number="+17165550902", **names)
    team.add(mobile_number="+17165550800")
    return team


def file_of(example: str) -> bytes:
    """Return an example of the catalogue as the file it stands for."""
    kind, _, rest = example.partition(":")
    if kind.startswith("workbook"):
        return workbook_of(kind, rest)
    if kind == "file as Windows-1252":
        return rest.encode("cp1252")
    if kind == "file with a broken byte":
        return rest.encode().replace("\ufffd".encode(), b"\xff")
    if kind == "file":
        return rest.encode()
    rows = [dict(cell.split(":", 1) for cell in line.split(" | ")) for line in example.split("\n")]
    header = [*FINE, *sorted({name for row in rows for name in row} - set(FINE))]
    out = io.StringIO()
    csv.writer(out).writerows(
        [header, *([{**FINE, **row}.get(name, "").strip(" ") for name in header] for row in rows)]
    )
    return out.getvalue().encode()


def workbook_of(kind: str, row: str) -> bytes:
    """Return a workbook with one contact; or one that is protected, damaged, or would expand too much."""
    if kind.endswith("password"):
        return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    parts = {} if kind.endswith("damaged") else {"xl/media/large": b"\0" * 101 * 1024 * 1024}
    if kind == "workbook":
        return workbook({"A": [list(FINE), row.split(" | ")]})
    return zipped({"xl/workbook.xml": b"<workbook/>", **parts})


def found_in(example: str) -> list[Problem | Note]:
    """Import an example and return every problem and note it raises."""
    option = match[1] if (match := re.match(r"\[(.*?)\] ", example)) else ""
    data = file_of(example.removeprefix(f"[{option}] "))
    team, options = example_team(), Options(**OPTIONS.get(option, {}))
    if option == "by hand":
        cells = {
            team.schema.by_header[header].key: cell
            for header, cell in next(csv.DictReader(io.StringIO(data.decode()))).items()
        }
        typed = by_hand.read(cells, team.schema)
        asked = Lookup([typed.values["contact_id"]], {typed.values["mobile_number"]}, set())
        judged = by_hand.judge(typed, team.known(asked), None)
        return [*judged.problems, *judged.notes]
    try:
        table = parse(data, team.schema, options, **LIMITS.get(option, {}))
        left_out = frozenset({2}) if option == "left out" else frozenset()
        checked = check(replace(table, left_out=left_out), team.schema, options)
    except BadFile as bad:
        return list(bad.problems)
    known = team.known(checked.asked())
    plan = make_plan(checked, known, team.schema, options)
    found: list[Problem | Note] = list(plan.notes)
    for verdict in plan.verdicts:
        found += [*verdict.problems, *verdict.notes]
    return found


def codes_of(example: str) -> set[str]:
    """Every code an example raises."""
    return {each.code for each in found_in(example)}


@pytest.mark.parametrize("code", REGISTRY)
def test_every_bad_example_raises_its_code_and_every_good_one_does_not(code: str) -> None:
    entry = REGISTRY[code]

    assert code in codes_of(entry.bad)
    assert code not in codes_of(entry.good)


@pytest.mark.parametrize("code", [code for code, entry in REGISTRY.items() if entry.level != "note"])
def test_every_good_example_has_no_problem_at_all(code: str) -> None:
    problems = {found for found in codes_of(REGISTRY[code].good) if REGISTRY[found].level != "note"}

    assert problems == set()


@pytest.mark.parametrize("code", REGISTRY)
def test_every_placeholder_of_every_message_is_supplied(code: str) -> None:
    for each in found_in(REGISTRY[code].bad):
        said = [errors.message(each), errors.title(each.code, each.field)]
        said += [errors.fix(each)] if isinstance(each, Problem) else []
        assert not [sentence for sentence in said if "{" in sentence or "None" in sentence]


@pytest.mark.parametrize("code", REGISTRY)
def test_what_is_kept_of_it_says_the_same_later(code: str) -> None:
    for each in found_in(REGISTRY[code].bad):
        kept = json.loads(json.dumps(errors.kept_view(each)))
        assert errors.retold(kept) == errors.problem_view(each)


def test_messages_do_not_blame_and_do_not_hold_limits_as_words() -> None:
    for entry in REGISTRY.values():
        words = f"{entry.title} {entry.message} {entry.cause} {entry.fix}".casefold()
        assert not re.search(r"\b(invalid|illegal|wrongly|you failed|error in your)\b", words)
        assert not re.search(r"\b(5 mb|5,000|255)\b", words)


def test_the_codes_of_the_specification_are_all_there() -> None:
    promised = """
        file-empty file-no-rows file-too-big file-too-many-rows file-not-text file-open-quote
        header-missing header-twice header-blank header-unknown row-too-long
        value-blank value-too-long value-control-character value-not-a-number value-not-a-date value-not-a-choice
        yesno-unknown phone-no-plus phone-shortened phone-extension phone-unreadable phone-impossible phone-not-assigned
        number-none number-taken id-twice staff-unknown number-inferred number-kept number-changed whatsapp-shared
        opted-back-in opt-out-kept text-opted-out staff-cleared value-cleared row-repeated contact-adopted
        file-encoding file-delimiter rows-skipped"""

    assert set(promised.split()) <= set(REGISTRY)


@pytest.mark.parametrize("name", pages())
def test_the_generated_pages_are_the_ones_checked_in(name: str) -> None:
    assert (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8") == pages()[name]


@pytest.mark.parametrize(("field", "says"), [("WhatsAppOptedOut", True), ("OptedOut", True), ("Resident", False)])
def test_only_opt_out_columns_say_what_yes_means_there(field: str, *, says: bool) -> None:
    problem = Problem("yesno-unknown", 2, field, "perhaps", {"words": "yes or no"})

    assert errors.fix(problem).startswith("Write yes or no.")
    assert ("opted OUT" in errors.fix(problem)) is says


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7", "Ask for the spreadsheet that it was made from"),
        (b"\x89PNG\r\n", "Ask for the spreadsheet that it was taken from"),
        (b"<html><table>", "Open it in a spreadsheet"),
        (zipped({"Index/Document.iwa": b"x"}), "In Numbers choose File, Export To"),
        (zipped({"word/document.xml": b"x"}), "paste it under Copy & Paste"),
        (zipped({"people.csv": b"x"}), "Unpack it"),
        (b"SQLite format 3\0", "save the table as CSV UTF-8"),
    ],
)
def test_what_is_no_table_has_advice_of_its_own(data: bytes, says: str) -> None:
    with pytest.raises(BadFile) as refused:
        parse(data, Team().schema, Options("fail"))

    assert says in errors.fix(refused.value.problems[0])


def test_the_suggested_fix_of_a_number_without_plus_shows_it_with_plus() -> None:
    problem = Problem("phone-no-plus", 2, "MobileNumber", "011441753495000", {"home": "US"})

    assert "+44 1753 495000" in errors.fix(problem)
