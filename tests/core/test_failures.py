"""Why an import ended: kept in English, said in the language of the moment."""

from collections.abc import Iterator

import pytest

from muster.core.sentences import failures, language
from muster.core.sentences.failures import FAILURE, GIVEN_UP, NOT_FINISHED, REFUSAL


class Loud(language.English):
    """A language in which everything is in capitals, and placeholders stay."""

    def text(self, english: str, context: str = "") -> str:
        return english.upper().replace("{TRIES}", "{tries}").replace("{DRAFT_DAYS}", "{draft_days}")


@pytest.fixture
def loud() -> Iterator[None]:
    before = language._spoken[0]
    language.speak(Loud())
    yield
    language.speak(before)


@pytest.mark.parametrize(
    "kept", [FAILURE, REFUSAL, GIVEN_UP.format(tries=3), NOT_FINISHED.format(draft_days=7)], ids=lambda text: text[:9]
)
def test_what_was_kept_is_said_in_the_language_of_the_reader(loud: None, kept: str) -> None:
    assert failures.retold(kept) == kept.upper()


@pytest.mark.parametrize("kept", ["", "The disk {was} full.", GIVEN_UP])
def test_what_is_none_of_these_stays_as_it_is(loud: None, kept: str) -> None:
    assert failures.retold(kept) == kept
