"""Reading one cell."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from muster.core.cells.values import READERS
from muster.core.fields import SYSTEM_FIELDS, Field, Kind, custom_field
from muster.core.known import UNREAD

FIRST_NAME, WHATSAPP_OUT, TEXT_OUT = SYSTEM_FIELDS[1], SYSTEM_FIELDS[6], SYSTEM_FIELDS[5]
NOTE = custom_field("Note", "custom.1")


def read(field: Field, cell: str, order: str | None = None) -> tuple[object, list[str]]:
    codes: list[str] = []
    values = READERS[field.kind](field, [cell], lambda _index, code, _facts=None: codes.append(code), order)
    return values[0], codes


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("  Ada ", "Ada"),
        ("\u00a0\u200bAda\ufeff", "Ada"),
        ("", None),
        (" \u00a0\u200b", None),
        ("Jose\u0301", "José"),
        ("O\u2019Neil 👩🏽‍🎓", "O\u2019Neil 👩🏽‍🎓"),
        ("'=1+1", "=1+1"),
        ("'tis", "'tis"),
        ("00123", "00123"),
    ],
)
def test_it_trims_and_composes_text_and_changes_nothing_else(cell: str, value: str | None) -> None:
    assert read(FIRST_NAME, cell) == (value, [])


@pytest.mark.parametrize(
    ("field", "cell", "codes"),
    [
        (FIRST_NAME, "A\x00da", ["value-control-character"]),
        (FIRST_NAME, "A\nda", ["value-control-character"]),
        (FIRST_NAME, "A" * 101, ["value-too-long"]),
        (NOTE, "x" * 256, ["value-too-long"]),
        (NOTE, "a\x07b", ["value-control-character"]),
    ],
)
def test_it_refuses_control_characters_and_long_text(field: Field, cell: str, codes: list[str]) -> None:
    assert read(field, cell) == (UNREAD, codes)


def test_a_note_may_have_several_lines() -> None:
    assert read(NOTE, "two\r\nlines\tand a tab") == ("two\nlines\tand a tab", [])


@pytest.mark.parametrize(
    ("cell", "code"),
    [("JosÃ©", "text-garbled"), ("Jos\ufffd", "text-garbled"), ("#N/A", "text-spreadsheet-error")],
)
def test_it_keeps_text_that_looks_wrong_and_says_so(cell: str, code: str) -> None:
    assert read(FIRST_NAME, cell) == (cell, [code])


@pytest.mark.parametrize("name", ["Ângela", "Ção", "Åsa", "Zoë", "Łukasz", "José \u2013 Ñu"])
def test_names_with_accents_are_not_garbled(name: str) -> None:
    assert read(FIRST_NAME, name) == (name, [])


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        (WHATSAPP_OUT, " TRUE ", True),
        (WHATSAPP_OUT, "Yes", True),
        (WHATSAPP_OUT, "no", False),
        (WHATSAPP_OUT, "fAlSe", False),
        (WHATSAPP_OUT, "", None),
        (WHATSAPP_OUT, "y", UNREAD),
        (WHATSAPP_OUT, "1", UNREAD),
        (WHATSAPP_OUT, "opted out", UNREAD),
        (TEXT_OUT, "Y", True),
        (TEXT_OUT, "0", False),
        (TEXT_OUT, "n", False),
        (TEXT_OUT, "1", True),
        (TEXT_OUT, "x", UNREAD),
    ],
)
def test_opt_out_columns_take_their_words_and_nothing_else(field: Field, cell: str, value: object) -> None:
    assert read(field, cell) == (value, ["yesno-unknown"] if value is UNREAD else [])


@pytest.mark.parametrize(
    ("cell", "order", "value"),
    [
        ("2026-09-01", None, "2026-09-01"),
        ("2026-9-1", None, "2026-09-01"),
        ("2026-09-01 00:00:00", None, "2026-09-01"),
        ("2026-02-30", None, UNREAD),
        ("03/04/25", None, UNREAD),
        ("03/04/25", "dmy", "2025-04-03"),
        ("03/04/25", "mdy", "2025-03-04"),
        ("31.12.1999", "dmy", "1999-12-31"),
        ("31/12/99", "mdy", UNREAD),
        ("45000", "dmy", UNREAD),
        ("yesterday", None, UNREAD),
        ("", None, None),
    ],
)
def test_dates_are_iso_or_in_the_order_chosen(cell: str, order: str | None, value: object) -> None:
    assert read(custom_field("Applied", "custom.1", Kind.DATE), cell, order)[0] == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("3.5", "3.5"),
        ("3.50", "3.5"),
        ("100", "100"),
        ("-0.0", "0"),
        ("+7", "7"),
        ("007", "7"),
        ("1,000", UNREAD),
        ("1e5", UNREAD),
        ("three", UNREAD),
        ("٣", UNREAD),
        ("", None),
    ],
)
def test_numbers_are_digits_with_a_point(cell: str, value: object) -> None:
    assert read(custom_field("GPA", "custom.1", Kind.NUMBER), cell)[0] == value


def test_a_choice_is_written_as_the_team_writes_it() -> None:
    term = custom_field("Term", "custom.1", Kind.CHOICE, choices=("Fall", "Spring"))

    assert [read(term, cell)[0] for cell in ("Fall", " fall ", "Summer", "")] == ["Fall", "Fall", UNREAD, None]


def test_a_custom_yes_no_is_kept_as_a_word() -> None:
    housing = custom_field("Housing", "custom.1", Kind.YES_NO)

    assert [read(housing, cell)[0] for cell in ("Y", "FALSE", "perhaps")] == ["yes", "no", UNREAD]


@pytest.mark.parametrize(
    "text", ["e\u0301" * 400, "한국어를 씁니다 " * 100, "ᾧ" * 400, "x" * 250 + "\u0301" * 20 + "y" * 400]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_it_composes_long_text_as_it_does_short(text: str, form: Literal["NFC", "NFD"]) -> None:
    field = custom_field("Notes", "custom.1", max_length=10_000)
    written = unicodedata.normalize(form, text).strip()

    read = READERS[Kind.TEXT](field, [written], lambda *_: None, None)

    assert read == [unicodedata.normalize("NFC", written)]
