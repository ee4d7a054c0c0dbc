"""Text that every database takes."""

from __future__ import annotations

from typing import Any

import pytest

from muster.imports.store.db_text import fit_for_json


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"problems": [{"value": "José", "row": 2}]}, {"problems": [{"value": "José", "row": 2}]}),
        ({"a\x00": ["b\x00", None, 1.5, True]}, {"a\u2400": ["b\u2400", None, 1.5, True]}),
        (["half \ud83d a character"], ["half ? a character"]),
        (["a backslash and \\u0000"], ["a backslash and \\u0000"]),
        ({"large": 10**30}, {"large": 10**30}),
    ],
)  # fmt: skip
def test_no_text_is_left_that_a_database_refuses(given: Any, kept: Any) -> None:
    assert fit_for_json(given) == kept
