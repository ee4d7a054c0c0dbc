"""A file of 300 rows with everything that information systems and spreadsheets do to contacts; the same every time.

`python -m tests.messy_export FILE` writes it. Titles above the header and a stamp as of Slate, "Student ID" and
duplicates as of Banner, "Opt Out?" and record types as of Salesforce, dates day first and two numbers in a cell as of a
shared Google sheet, and semicolons, Windows-1252 and shortened numbers as of Excel in German.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROWS = 300
TITLES = ("Spring intake;;;;;;;;;;", "Exported 03/09/2026 08:14 by Slate;;;;;;;;;;", "")
HEADER = (
    "Student ID", "First Name", "Surname", "Cell Phone", "WhatsApp", "Opt Out?", "Adviser", "Term", "Start Date",
    "E-mail", "Record Type",
)  # fmt: skip
FIRST = ("Ana", "Bo", "Chloé", "Dörte", "Emeka", "Farah", "Grace", "Hana", "Iván", "Jörg", "Kofi", "Lucía", "Noël")
LAST = ("Núñez", "Kay", "Müller", "Okafor", "Silva", "O’Neil", "Weiß", "Haddad", "Lee", "Brontë", "Strauß")  # noqa: RUF001
ADVISERS = ("T01", "007", "0042 B", "")
UNKNOWN_ADVISER = "T77"

# Rows of the file by what is wrong with them, counted from 0.
SHORTENED = (20, 77, 133, 201, 260)  # 4,91512E+12: the digits are gone, and the WhatsApp number is to be cleared
NO_PLUS = tuple(range(5, 300, 25))  # 4915123456…: German numbers without their +
TWO_NUMBERS = (44, 188)
ASKED_OUT = (31, 99, 155)  # "opted out" in place of yes
UNKNOWN = (12, 62, 112, 162)
AGAIN = (150, 250)  # the row before, once more
OTHER_NAME = (175,)  # the id of the row before, with another name: nobody can tell which is right
CANNOT_BE_SAVED = len(OTHER_NAME)


def messy_export(rows: int = ROWS) -> bytes:
    """Return the file."""
    lines = [*TITLES, ";".join(HEADER)]
    kept: list[str] = []
    for number in range(rows):
        cells = _row(number)
        if number in AGAIN:
            cells = kept
        elif number in OTHER_NAME:
            cells = [kept[0], "Xaver", "Unbekannt", *cells[3:]]
        kept = cells
        lines.append(";".join(cells))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _row(number: int) -> list[str]:
    day, month = number % 28 + 1, number % 12 + 1
    return [
        f"S{7000 + number}",
        FIRST[number % len(FIRST)],
        LAST[number * 7 % len(LAST)],
        _mobile(number),
        _whatsapp(number),
        "opted out" if number in ASKED_OUT else ("No", "", "Yes", "No")[number % 4],
        UNKNOWN_ADVISER if number in UNKNOWN else ADVISERS[number % len(ADVISERS)],
        ("Fall", "Spring")[number % 2],
        f"{day:02}/{month:02}/2026",
        f"s{7000 + number}@example.edu",
        "Student",
    ]


def _mobile(number: int) -> str:
    plain = f"({(716, 212)[number % 2]}) 555-{number + 100:04}"
    return f"{plain} / 716-555-9{number:03}" if number in TWO_NUMBERS else plain


def _whatsapp(number: int) -> str:
    if number in SHORTENED:
        return "4,91512E+12"
    if number in NO_PLUS:
        return f"49151234{50000 + number}"
    return f"+49 1512 34{50000 + number}" if number % 3 == 0 else ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(messy_export())
