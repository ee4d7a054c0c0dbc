"""The three channels: what an import may change."""

from __future__ import annotations

import pytest

from muster.core.consent import Channel, settle, settle_inferred
from muster.core.known import ABSENT

IN = Channel(opted_out=False, source="user")
OUT_BY_IMPORT = Channel(opted_out=True, source="import", at="then")
OUT_BY_USER = Channel(opted_out=True, source="user")
OUT_BY_CONTACT = Channel(opted_out=True, source="contact", own_out=True)
OVERRULED = Channel(opted_out=False, source="user", own_out=True)
OUT_AGAIN = Channel(opted_out=True, source="import", own_out=True)

NEW_IN, NEW_OUT = Channel(opted_out=False), Channel(opted_out=True)


@pytest.mark.parametrize(
    ("stored", "says", "channel", "note"),
    [
        (None, True, NEW_OUT, None),
        (None, False, NEW_IN, None),
        (None, None, NEW_IN, None),
        (None, ABSENT, NEW_IN, None),
        (IN, True, NEW_OUT, None),
        (IN, None, IN, None),
        (IN, False, IN, None),
        (OUT_BY_IMPORT, True, OUT_BY_IMPORT, None),
        (OUT_BY_IMPORT, ABSENT, OUT_BY_IMPORT, None),
        (OUT_BY_IMPORT, False, NEW_IN, "opted-back-in"),
        (OUT_BY_IMPORT, None, NEW_IN, "opted-back-in"),
        (OUT_BY_USER, False, NEW_IN, "opted-back-in"),
        (OUT_BY_USER, None, OUT_BY_USER, "opt-out-kept"),
        (OUT_BY_USER, ABSENT, OUT_BY_USER, None),
        (OUT_BY_CONTACT, False, OUT_BY_CONTACT, "opt-out-kept"),
        (OUT_BY_CONTACT, None, OUT_BY_CONTACT, "opt-out-kept"),
        (OUT_BY_CONTACT, True, OUT_BY_CONTACT, None),
        (OVERRULED, True, OUT_AGAIN, None),
        (OUT_AGAIN, False, OUT_AGAIN, "opt-out-kept"),
    ],
)
def test_a_whatsapp_column_where_blank_opts_in(stored: Channel | None, says: bool, channel: Channel, note: str) -> None:
    assert settle(stored, says, blank_opts_in=True, keep=False) == (channel, note)


@pytest.mark.parametrize("stored", [IN, OUT_BY_IMPORT, OUT_BY_USER, OUT_BY_CONTACT])
def test_a_blank_opted_out_cell_says_nothing(stored: Channel) -> None:
    assert settle(stored, None, blank_opts_in=False, keep=False) == (stored, None)


def test_keep_their_current_choice_keeps_what_a_blank_would_undo() -> None:
    assert settle(OUT_BY_IMPORT, None, blank_opts_in=True, keep=True) == (OUT_BY_IMPORT, "opt-out-kept")
    assert settle(OUT_BY_IMPORT, False, blank_opts_in=True, keep=True) == (NEW_IN, "opted-back-in")


@pytest.mark.parametrize("says", [False, None])
@pytest.mark.parametrize("stored", [OUT_BY_IMPORT, OUT_BY_USER, OUT_BY_CONTACT])
def test_keep_may_cover_what_the_file_says_too(stored: Channel, says: bool | None) -> None:
    assert settle(stored, says, blank_opts_in=True, keep=True, keep_said=True) == (stored, "opt-out-kept")


@pytest.mark.parametrize(
    ("stored", "says", "at_home", "channel", "note"),
    [
        (None, None, True, NEW_IN, None),
        (None, None, False, NEW_OUT, "text-opted-out"),
        (None, ABSENT, False, NEW_OUT, "text-opted-out"),
        (None, False, False, NEW_IN, None),
        (None, True, True, NEW_OUT, None),
        (IN, None, False, NEW_OUT, "text-opted-out"),
        (OUT_BY_USER, None, False, OUT_BY_USER, None),
        (OUT_BY_USER, None, True, OUT_BY_USER, "opt-out-kept"),
        (OUT_BY_CONTACT, None, True, OUT_BY_CONTACT, "opt-out-kept"),
        (OUT_BY_IMPORT, None, True, NEW_IN, "opted-back-in"),
    ],
)
def test_an_inferred_number_opts_text_in_at_home_and_out_abroad(
    stored: Channel | None, says: bool, at_home: bool, channel: Channel, note: str
) -> None:
    assert settle_inferred(stored, says, at_home=at_home, keep=False) == (channel, note)
