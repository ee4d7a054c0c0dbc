"""What a message says about consent, where only its text is known (C10)."""

from __future__ import annotations

import pytest

from muster.core.consent import Keyword, keyword

OUT = [
    "STOP",
    "stop",
    "Stop!",
    " STOP. ",
    "\u200bSTOP\u00a0",
    "“stop”",
    "STOPALL",
    "STOP ALL",
    "stop  all",
    "\uff33\uff34\uff2f\uff30",
]
OUT += ["UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "¡STOP!", "(stop)", "STOP\n"]
NOTHING = [
    "",
    "  ",
    "!",
    "please stop",
    "stop it",
    "don't stop",
    "STOP 🛑 now",
    "nonstop",
    "ok",
    "no",
    "started",
    "stop" * 99,
]


@pytest.mark.parametrize("text", OUT)
def test_these_say_out(text: str) -> None:
    found = keyword(text)

    assert found is not None
    assert found.opted_out
    assert not found.if_out


@pytest.mark.parametrize("text", ["START", "start", "Unstop.", " UNSTOP "])
def test_these_say_in(text: str) -> None:
    found = keyword(text)

    assert found is not None
    assert not found.opted_out


def test_yes_counts_only_for_who_is_out() -> None:
    assert keyword("Yes!") == Keyword("yes", opted_out=False, if_out=True)


@pytest.mark.parametrize("text", NOTHING)
def test_anything_else_says_nothing(text: str) -> None:
    assert keyword(text) is None


def test_a_team_adds_words() -> None:
    assert keyword("Baja.", out_words=["BAJA"]) == Keyword("baja", opted_out=True)
    assert keyword("alta", in_words=["Alta"]) == Keyword("alta", opted_out=False)
    assert keyword("توقف", out_words=["توقف"]) is not None
    assert keyword("", out_words=[" "]) is None


def test_stop_wins_where_a_word_is_in_both_lists() -> None:
    found = keyword("wort", out_words=["wort"], in_words=["wort"])

    assert found is not None
    assert found.opted_out
