"""Files named for their fault: what an importer meets in a year, and what it says of each, by row, field and code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.core import BadFile, fixes
from muster.core.consent import Channel
from tests.core.memory import Team, notes, outcomes, problems

FILES = Path(__file__).parents[1] / "files"


def team() -> Team:
    """Admissions, with a few contacts that the files are about."""
    team = Team()
    team.add(contact_id="S100044", first_name="Bo", last_name="Kay", mobile_number="+441753495000")
    team.add(contact_id="S200", first_name="Bea", last_name="Oz", mobile_number="+17165550200", staff_id="u-uma")
    out = Channel(opted_out=True)
    team.add(contact_id="S300", first_name="Cy", last_name="Ng", mobile_number="+17165550300", whatsapp=out)
    team.add(contact_id="00123", first_name="Zoe", last_name="Ro", mobile_number="+17165550123")
    return team


def said(name: str, **options: Any) -> list[str]:
    """Everything that is said of a file, a line each: row, field, code; notes in brackets."""
    try:
        plan = team().plan((FILES / name).read_bytes(), **options)
    except BadFile as bad:
        return [_line(each.row, each.field, each.code) for each in bad.problems]
    of_file = [f"({note.code})" for note in plan.notes]
    rows = [_line(*each) for each in problems(plan)] + [f"({_line(*each)})" for each in notes(plan)]
    return of_file + sorted(rows, key=lambda line: int(line.strip("(").split()[0]))


def _line(row: int | None, field: str | None, code: str) -> str:
    return " ".join(str(part) for part in (row, field, code) if part is not None)


INFER = {"blank_mobile": "infer"}
WHATSAPP = "WhatsAppMobileNumber"
CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("01-utf-8-with-bom.csv", {}, []),
    ("02-utf-16-tabs.txt", {}, ["(file-encoding)", "(file-delimiter)"]),
    ("02-utf-16-without-mark.txt", {}, ["(file-encoding)", "(file-delimiter)"]),
    ("03-windows-1252.csv", {}, ["(file-encoding)"]),
    (
        "04-double-encoded.csv",
        {},
        ["(2 FirstName text-garbled)", "(2 LastName text-garbled)", "(3 FirstName text-garbled)"],
    ),
    ("05-semicolons.csv", {}, ["(file-delimiter)"]),
    ("05-sep-line.csv", {}, ["(file-delimiter)"]),
    ("05-pipes.txt", {}, ["(file-delimiter)"]),
    ("06-quotes-commas-line-breaks.csv", {}, ["3 LastName value-blank"]),
    ("07-quote-never-closed.csv", {}, ["3 file-open-quote"]),
    ("08-too-many-and-too-few-cells.csv", {}, ["2 row-too-long"]),
    ("09-trailing-blank-rows-and-columns.csv", {}, ["(rows-skipped)"]),
    ("10-title-rows-above-the-header.csv", {"header_row": 4}, ["(rows-skipped)"]),
    ("11-required-header-missing.csv", {}, ["1 Surname header-unknown", "1 LastName header-missing"]),
    ("12-header-not-quite-right.csv", {}, ["1 First Name header-unknown", "1 FirstName header-missing"]),
    ("12-header-not-quite-right.csv", {"columns": {"First Name": "FirstName"}}, []),
    ("13-header-twice.csv", {}, ["1 MobileNumber header-twice"]),
    ("13-header-twice.csv", {"columns": {"MobileNumber (column D)": None}}, []),
    ("13-two-id-columns.csv", {}, ["1 ContactId header-twice"]),
    ("13-two-id-columns.csv", {"columns": {"StudentId (column A)": None}}, []),
    ("14-unknown-and-blank-headers.csv", {}, ["1 Shoe size header-unknown", "1 header-blank"]),
    ("15-scientific-notation.csv", {}, ["2 MobileNumber phone-shortened", f"2 {WHATSAPP} phone-shortened"]),
    ("16-plus-lost.csv", {}, [f"2 {WHATSAPP} phone-no-plus", f"3 {WHATSAPP} phone-no-plus"]),
    (
        "17-national-and-dialling-prefixes.csv",
        {},
        [
            f"2 {WHATSAPP} phone-no-plus",
            f"3 {WHATSAPP} phone-no-plus",
            f"4 {WHATSAPP} phone-no-plus",
            "5 MobileNumber phone-no-plus",
        ],
    ),
    ("18-number-formats-of-the-world.csv", {}, []),
    ("19-two-numbers-in-a-cell.csv", {}, [f"2 {WHATSAPP} phone-unreadable", f"3 {WHATSAPP} phone-unreadable"]),
    ("20-extension-and-letters.csv", {}, [f"2 {WHATSAPP} phone-extension", f"3 {WHATSAPP} phone-unreadable"]),
    (
        "21-possible-but-not-assigned.csv",
        {},
        [
            "(2 MobileNumber phone-not-assigned)",
            f"(2 {WHATSAPP} phone-not-assigned)",
            f"(3 {WHATSAPP} phone-not-assigned)",
        ],
    ),
    ("22-impossible.csv", {}, [f"{row} {WHATSAPP} phone-impossible" for row in (2, 3, 4, 5)]),
    (
        "23-old-mobile-styles.csv",
        {},
        [f"(2 {WHATSAPP} number-respelt)", f"(3 {WHATSAPP} phone-not-assigned)"],
    ),
    (
        "24-nothing-words.csv",
        {},
        [
            f"2 {WHATSAPP} phone-unreadable",
            "3 MobileNumber phone-unreadable",
            f"4 {WHATSAPP} phone-unreadable",
            f"5 {WHATSAPP} phone-no-plus",
            f"6 {WHATSAPP} phone-unreadable",
            "6 WhatsAppOptedOut yesno-unknown",
        ],
    ),
    (
        "25-opt-out-words.csv",
        {},
        [
            "3 WhatsAppOptedOut yesno-unknown",
            "3 WhatsAppMarketingOptedOut yesno-unknown",
            "4 WhatsAppOptedOut yesno-unknown",
            "5 WhatsAppOptedOut yesno-unknown",
        ],
    ),
    ("26-blank-opt-out-of-someone-opted-out.csv", {}, ["(2 WhatsAppOptedOut opted-back-in)"]),
    ("26-blank-opt-out-of-someone-opted-out.csv", {"blank_opt_out": "keep"}, ["(2 WhatsAppOptedOut opt-out-kept)"]),
    ("27-ids-without-their-zeros.csv", {}, ["(2 ContactId id-zeros-lost)", "(4 ContactId id-cleaned)"]),
    ("28-same-id-twice.csv", {}, ["4 ContactId id-twice", "(5 ContactId row-repeated)"]),
    (
        "29-number-of-another-contact.csv",
        INFER,
        [
            "2 MobileNumber number-taken",
            "(3 MobileNumber number-inferred)",
            "4 MobileNumber number-taken",
        ],
    ),
    ("30-mobile-number-differs.csv", {}, ["(2 MobileNumber number-kept)", "(2 StaffId staff-cleared)"]),
    ("31-mobile-number-blank.csv", {}, ["2 MobileNumber value-blank", "3 MobileNumber value-blank"]),
    (
        "31-mobile-number-blank.csv",
        INFER,
        ["(2 MobileNumber number-inferred)", "(2 OptedOut text-opted-out)", "3 MobileNumber number-none"],
    ),
    ("32-staff-id-unknown.csv", {}, ["2 StaffId staff-unknown"]),
    ("32-staff-id-column-absent.csv", {}, ["(2 StaffId staff-cleared)"]),
    ("33-dates-in-two-orders.csv", {}, ["2 Applied value-not-a-date", "3 Applied value-not-a-date"]),
    ("33-dates-in-two-orders.csv", {"date_orders": {"Applied": "dmy"}}, ["3 Applied value-not-a-date"]),
    ("34-odd-characters.csv", {}, ["5 FirstName value-control-character", "6 FirstName value-too-long"]),
    ("35-formulas-and-markup.csv", {}, []),
    ("36-excel-workbook.csv", {}, ["file-damaged"]),
    ("36-old-excel-workbook.csv", {}, ["file-not-text"]),
    ("36-pdf.csv", {}, ["file-not-text"]),
    ("36-zip.csv", {}, ["file-not-text"]),
    ("36-web-page.csv", {}, ["file-not-text"]),
    ("36-empty.csv", {}, ["file-empty"]),
    ("36-header-only.csv", {}, ["file-no-rows"]),
    ("37-paste-with-a-trailing-tab.txt", {}, ["(file-delimiter)", "(rows-skipped)"]),
    ("38-the-same-file-again.csv", {}, []),
]


@pytest.mark.parametrize(("name", "options", "expected"), CASES, ids=[case[0] for case in CASES])
def test_it_says_what_is_odd_about_the_file(name: str, options: dict[str, Any], expected: list[str]) -> None:
    assert said(name, **options) == expected


def test_every_fault_has_a_file_and_every_file_a_test() -> None:
    tested = {name for name, *_ in CASES} | {"37-paste-without-a-header.txt"}

    assert {path.name for path in FILES.iterdir() if path.is_file()} == tested
    assert {int(name[:2]) for name in tested} == set(range(1, 39))


def test_a_file_with_title_rows_names_the_row_that_looks_like_the_header() -> None:
    with pytest.raises(BadFile) as caught:
        team().plan((FILES / "10-title-rows-above-the-header.csv").read_bytes())

    assert {
        each.facts["header_row"] for each in caught.value.problems if each.code == "header-missing" and each.facts
    } == {4}


def test_a_paste_without_a_header_is_refused_with_one_problem() -> None:
    assert said("37-paste-without-a-header.txt") == ["1 header-none"]


def test_the_same_file_again_changes_nothing() -> None:
    assert outcomes(team().plan((FILES / "38-the-same-file-again.csv").read_bytes())) == ["unchanged", "unchanged"]


def test_the_fixes_for_whole_columns_mend_what_they_can_and_guess_nothing() -> None:
    assert fixes.add_plus(["441753495001", "441753495002.0", "hello"], "US") == [
        "+44 1753 495001",
        "+44 1753 495002",
        "hello",
    ]
    assert fixes.of_region(["01753 495001", "1753495002"], "GB") == ["+44 1753 495001", "+44 1753 495002"]
    assert fixes.drop_1_after_52(["+52 1 55 1234 5678"]) == ["+52 55 1234 5678"]
    assert fixes.clear_nothing(["N/A", "-", "none", "0", "#REF!", "Ann"]) == ["", "", "", "", "", "Ann"]
