"""The owners' page of queues, workers, mails and webhooks."""

import re
import uuid

import pytest

from muster.imports.models import Import, State
from muster.imports.process import presence
from tests.cast import Cast
from tests.imports.play import ANA, drafted, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")


def rows(cast: Cast) -> dict[str, list[str]]:
    page = cast.browser(cast.olivia).get("/owner/status/").content.decode()
    found = re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>([^<]*)</td><td[^>]*>([^<]*)</td>', page)
    return {words: list(cells) for words, *cells in found}


def test_it_shows_owners_what_waits_and_who_works(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    waiting = drafted(cast.team, cast.alice, sheet(ANA))
    assert waiting.move(State.READY, to=State.WAITING, confirmed_at=waiting.created_at)
    told = rows(cast)
    assert told["Imports that wait for a worker"][0] == "1"
    assert told["Imports that wait for a worker"][1].endswith("seconds")
    assert told["Mails that wait to be sent"] == ["1", ""]
    assert told["Workers seen in the last minute"] == ["0", ""]
    assert Import.objects.count() == 2


def test_it_says_in_words_what_is_missing(cast: Cast) -> None:
    browser = cast.browser(cast.olivia)
    assert "No worker has been seen for a minute" in browser.get("/owner/status/").content.decode()
    presence.tell(uuid.uuid4())
    assert "Nothing is missing" in browser.get("/owner/status/").content.decode()
