"""What a spreadsheet puts on a value, taken off; what is part of the value, left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.cells.dress import is_dressed, undressed


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("'00124", "00124"),
        ('="00123"', "00123"),
        ('\'="00123"', "00123"),
        ('="\'00123"', "00123"),
        ("100123.0", "100123"),
        ("-5.00", "-5"),
        (" S\u200b1\xad\xa0", "S1"),
        ("v1.0", "v1.0"),
        ("1.05", "1.05"),
        ("=A1", "=A1"),
        ('="', '="'),
        ("O'Neil", "O'Neil"),
        ("", ""),
    ],
)
def test_it_takes_off_what_a_spreadsheet_put_on(cell: str, plain: str) -> None:
    assert undressed(cell) == plain


@given(st.lists(st.text("'=\"0123.aS", max_size=8)))
def test_a_column_that_is_not_dressed_stays_as_it_is(cells: list[str]) -> None:
    assert is_dressed(cells) or [undressed(cell) for cell in cells] == cells
