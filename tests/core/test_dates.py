"""Dates: what can be read one way only is read, in the languages of the team; the rest says why not."""

import pytest

from muster.core.cells import dates

CLEAR = """
2025-04-03 | 2025-4-3 | 2025/04/03 | 2025.04.03 | 2025.04.03. | 20250403 | 2025-04-03T14:30:00Z | 2025-04-03 14:30
2025-04-03 00:00:00.000 | 2025-04-03T14:30:00+02:00 | 2025-04-03 2:30 PM | 2025-Apr-03
3 Apr 2025 | 03-APR-2025 | 3-Apr-25 | Apr 3, 2025 | April 3rd, 2025 | Thursday, April 3, 2025 | Apr 3 2025 4:05 PM
3 de abril de 2025 | 3 avril 2025 | 3 avr. 2025 | 3. April 2025 | 3 abr 2025 | 3 أبريل 2025 | ٣ أبريل ٢٠٢٥ | ٢٠٢٥-٠٤-٠٣
"""


@pytest.mark.parametrize("text", [each.strip() for line in CLEAR.strip().splitlines() for each in line.split("|")])
def test_it_reads_the_third_of_april(text: str) -> None:
    assert dates.read(text).iso == "2025-04-03"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1er mars 2025", "2025-03-01"),
        ("12 März 2025", "2025-03-12"),
        ("2 out 2025", "2025-10-02"),
        ("1 sept. 2025", "2025-09-01"),
        ("5 juillet 2025", "2025-07-05"),
        ("13/04/2025", "2025-04-13"),
        ("04/13/25", "2025-04-13"),
        ("04/04/2025", "2025-04-04"),
    ],
)
def test_it_reads_what_can_be_read_one_way_only(text: str, iso: str) -> None:
    assert dates.read(text).iso == iso


def test_it_names_every_reading_where_there_are_several() -> None:
    assert dates.read("03/04/2025") == (None, ("2025-03-04", "2025-04-03"), None)
    assert dates.read("13/04/25").readings == ("2013-04-25", "2025-04-13")


@pytest.mark.parametrize(("order", "iso"), [("dmy", "2025-04-03"), ("mdy", "2025-03-04"), ("ymd", "2003-04-25")])
def test_the_order_of_the_column_settles_it(order: str, iso: str) -> None:
    assert dates.read("03/04/25", order).iso == iso
    assert dates.read("2025-04-03", order).iso == "2025-04-03"


def test_a_number_of_days_is_read_by_answer_only() -> None:
    assert dates.read("45000").iso is None
    assert dates.read("45000.5", "serial").iso == "2023-03-15"


@pytest.mark.parametrize("text", ["2025-02-30", "30/02/2025", "31 June 2025"])
def test_it_names_a_day_that_does_not_exist(text: str) -> None:
    assert dates.read(text).no_such_day


@pytest.mark.parametrize(
    "text", ["", "0000-00-00", "2025-13-01", "13/13/2025", "Apr 2025", "mayhem 3 2025", "3 Apr 4 May", "9" * 5_000]
)
def test_it_reads_nothing_else(text: str) -> None:
    assert dates.read(text) == dates.UNREADABLE
