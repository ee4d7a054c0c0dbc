"""Why an import ended with nothing saved. Kept in English with its facts, said in the reader's language."""

from __future__ import annotations

import re

from muster.core.sentences.language import gettext, gettext_noop

FAILURE = gettext_noop("Nothing was saved, because of a problem on our side.")
REFUSAL = gettext_noop("It was confirmed, but the team's fields were changed before its turn came. Nothing was saved.")
GIVEN_UP = gettext_noop(
    "It was tried {tries} times. Each time its worker ended, or it took more time or memory than one may."
)
NO_LONGER_ADMIN = gettext_noop("Whoever asked for it may not import for this team any more.")
NOT_FINISHED = gettext_noop(
    "Nobody finished this draft within {draft_days} days, so it was removed. Start again with the file."
)
_PLACE = re.compile(r"\\{(\w+)\\}")
_WITH_FACTS = {text: re.compile(_PLACE.sub(r"(?P<\1>\\d+)", re.escape(text))) for text in (GIVEN_UP, NOT_FINISHED)}


def retold(kept: str) -> str:
    """Return what was kept in the language of whoever reads it; as it is where it is none of these."""
    for text, pattern in _WITH_FACTS.items():
        found = pattern.fullmatch(kept)
        if found:
            return gettext(text, **found.groupdict())
    return gettext(kept) if kept in (FAILURE, REFUSAL, NO_LONGER_ADMIN) else kept
