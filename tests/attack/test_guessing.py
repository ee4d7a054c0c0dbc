"""Somebody guesses at an address: the guesser is stopped, its owner is not."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from muster.teams.sign_in.counters import Counters
from tests.cast import PASSWORD, Cast

ALICE = "alice@example.edu"


@pytest.fixture(autouse=True)
def no_tries_yet(db: None) -> None:
    cache.clear()


def tries(client: Client, address: str, password: str = PASSWORD) -> bool:
    """Whether it signs in, from this address of the network."""
    answer = client.post("/accounts/login/", {"login": ALICE, "password": password}, REMOTE_ADDR=address)
    return answer.status_code == 302


def guess(cast: Cast, count: int, address: str) -> None:
    for number in range(count):
        assert not tries(cast.browser(), address, f"guess {number}")


def test_it_stops_the_guesser_and_lets_the_owner_in(cast: Cast) -> None:
    guess(cast, 8, "203.0.113.9")
    assert not tries(cast.browser(), "203.0.113.9"), "even if the ninth guess is right"
    assert tries(cast.browser(), "192.0.2.1")


def test_it_lets_a_known_browser_in_beside_the_guesser(cast: Cast) -> None:
    own = cast.browser()
    assert tries(own, "203.0.113.9")
    own.post("/accounts/logout/")
    guess(cast, 8, "203.0.113.9")
    assert tries(own, "203.0.113.9")


def test_it_stops_guesses_from_everywhere_but_not_a_known_browser(cast: Cast) -> None:
    own = cast.browser()
    assert tries(own, "192.0.2.1")
    own.post("/accounts/logout/")
    for number in range(10):
        guess(cast, 5, f"203.0.113.{number}")
    assert not tries(cast.browser(), "198.51.100.1")
    assert tries(own, "192.0.2.1")


def test_it_gives_a_known_browser_five_tries_too(cast: Cast) -> None:
    own = cast.browser()
    assert tries(own, "192.0.2.1")
    own.post("/accounts/logout/")
    for _ in range(5):
        assert not tries(own, "192.0.2.1", "wrong")
    assert not tries(own, "192.0.2.1")


@pytest.mark.parametrize("cookie", ["", "x", "x:y:z", "WzFd:1:x"])
def test_it_knows_no_browser_by_a_made_up_cookie(cast: Cast, cookie: str) -> None:
    guesser = cast.browser()
    for number in range(8):
        guesser.cookies["device"] = cookie
        assert not tries(guesser, "203.0.113.9", f"guess {number}")
    guesser.cookies["device"] = cookie
    assert not tries(guesser, "203.0.113.9")


def test_it_forgets_browsers_with_the_password(cast: Cast) -> None:
    own = cast.browser()
    assert tries(own, "203.0.113.9")
    cast.alice.set_password("another long password")
    cast.alice.save()
    own.post("/accounts/logout/")
    guess(cast, 8, "203.0.113.9")
    assert not tries(own, "203.0.113.9", "another long password")


def test_it_forgets_nobody_who_guesses_while_many_others_try(cast: Cast, tmp_path: Path) -> None:
    counters = Counters(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": 200}})
    counters.set("the-guesser", 5, 900)
    for number in range(400):
        counters.set(f"ran-out-{number}", 1, -1)
        counters.set(f"another-{number % 100}", 1, 900)
    counters.make_room()
    assert counters.get("the-guesser") == 5
    assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 50_000  # 60 tries a minute make 900 in their time
