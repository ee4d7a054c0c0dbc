"""What the values of a column say it is."""

import pytest

from muster.core.fields import Kind
from muster.core.table import column_values


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([], Kind.TEXT),
        (["yes", "No", "Y"], Kind.YES_NO),
        (["1", "0", "1"], Kind.NUMBER),
        (["12", "9.5", "1,200"], Kind.NUMBER),
        (["00123", "00124"], Kind.TEXT),
        (["2026-01-12", "3 April 2025"], Kind.DATE),
        (["03/04/25", "25/12/24"], Kind.DATE),
        (["Fall", "Spring", "Fall", "Fall", "Spring", "Fall"], Kind.CHOICE),
        (["Fall", "Spring"], Kind.TEXT),
        (["a long way " * 9, "a long way " * 9, "a long way " * 9], Kind.TEXT),
    ],
)
def test_it_guesses_the_kind_of_a_new_field(cells: list[str], kind: Kind) -> None:
    assert column_values.kind_of(cells) is kind


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        (["03/04/2025", "25/12/2024"], ["dmy"]),
        (["03/04/2025", "12/25/2024"], ["mdy"]),
        (["03/04/2025"], ["dmy", "mdy"]),
        (["25/12/2024", "12/25/2024"], []),
        ([], []),
    ],
)
def test_it_finds_the_orders_in_which_all_dates_can_be_read(cells: list[str], orders: list[str]) -> None:
    assert column_values.orders_of(cells) == orders


def test_it_asks_only_about_dates_that_can_be_read_two_ways() -> None:
    assert column_values.asks_order(["2026-01-12", "03/04/25"])
    assert not column_values.asks_order(["2026-01-12", "25/12/2024", "twelve", ""])


def test_it_knows_numbers_with_their_plus() -> None:
    assert column_values.are_numbers_with_plus(["+44 1753 495000", "'+1 716 555 1234"], "US")
    assert not column_values.are_numbers_with_plus(["+44 1753 495000", "716-555-1234"], "US")
    assert not column_values.are_numbers_with_plus([], "US")
