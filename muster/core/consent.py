"""What an import may change about a contact's three channels: rules C1 to C5 and C8, in one place.

    stored                        the file says        becomes
    ------                        -------------        -------
    nothing (a new contact)       out                  out
    nothing                       in, blank, absent    in
    anything                      out                  out
    anything                      absent               as stored
    opted in                      in, blank            in
    opted out, own last word out  in, blank            as stored, noted              C4
    opted out, by a user          blank                as stored, noted              C3
    opted out, by an import       blank                in, noted; or kept if asked   C3
    opted out, by either          in                   in, noted; or kept if asked   C2
    anything, the number STOPped  anything             out, own word, noted          C8

The last row holds for who has or gets the number (`opt_outs.py`). A blank cell says nothing for OptedOut; for the two
WhatsApp columns it counts as the row "blank" above.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from muster.core.known import Missing

OPTED_BACK_IN = "opted-back-in"
OPT_OUT_KEPT = "opt-out-kept"


class Channel(NamedTuple):
    """A channel as stored. `own_out`: the contact's own last word on it was "out". `by` and `at` are the store's."""

    opted_out: bool
    source: str = "import"  # import, user, contact
    by: Any = None
    at: Any = None
    own_out: bool = False


def numbers_by_channel(mobile: str | None, whatsapp: str | None) -> dict[str, str | None]:
    """Return the number at which a contact is reached on each channel: whose STOP counts there (C8).

    A WhatsApp message may come from somebody of whom only the mobile number is known.
    """
    return {"text": mobile, "whatsapp": whatsapp or mobile, "whatsapp_marketing": whatsapp or mobile}


Says: TypeAlias = bool | Missing | None  # True: opted out; None: a blank cell

NEW_IN, NEW_OUT = Channel(False), Channel(True)  # noqa: FBT003  the name says it


def opt_out(stored: Channel | None) -> Channel:
    """Return the channel opted out by this import; one that is out already keeps its source."""
    if stored is None:
        return NEW_OUT
    return stored if stored.opted_out else Channel(True, own_out=stored.own_out)  # noqa: FBT003


def by_number(since: Any) -> Channel:
    """Return the channel of whoever has a number that said STOP."""
    return Channel(True, "contact", None, since, own_out=True)  # noqa: FBT003  the name says it


def settle(
    stored: Channel | None, says: Says, *, blank_opts_in: bool, keep: bool, keep_said: bool = False
) -> tuple[Channel, str | None]:
    """Return the channel after the import and the code of a note, by the table above.

    `keep`: blank cells opt nobody back in; `keep_said`: nor do cells that say in.
    """
    if says is True:
        return opt_out(stored), None
    if stored is None:
        return NEW_IN, None
    if not stored.opted_out or (says is not False and not (says is None and blank_opts_in)):
        return stored, None
    if stored.own_out:
        return stored, OPT_OUT_KEPT
    if (keep or stored.source != "import") if says is None else keep_said:
        return stored, OPT_OUT_KEPT
    return NEW_IN, OPTED_BACK_IN


def settle_inferred(
    stored: Channel | None, says: Says, *, at_home: bool, keep: bool, keep_said: bool = False
) -> tuple[Channel, str | None]:
    """Return the text channel of a contact whose mobile number this row inferred (C5). An explicit value wins."""
    if isinstance(says, bool):
        return settle(stored, says, blank_opts_in=False, keep=keep, keep_said=keep_said)
    if at_home:
        return settle(stored, None, blank_opts_in=True, keep=keep)
    return opt_out(stored), None if stored is not None and stored.opted_out else "text-opted-out"


class Keyword(NamedTuple):
    """What a message says that is a keyword and nothing else (C10). `if_out`: it counts for who is out, only."""

    word: str
    opted_out: bool
    if_out: bool = False


OUT_WORDS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"}
)
IN_WORDS = frozenset({"start", "unstop"})
YES = "yes"


def keyword(text: str, out_words: Iterable[str] = (), in_words: Iterable[str] = ()) -> Keyword | None:
    """Return what a message says about consent; None for one that says anything else, or more.

    The whole message counts, in any case; white space and punctuation at its ends do not. A team may add words in
    its own languages; STOP wins over START where it is in both lists.
    """
    said = bare_word(text)
    if said in OUT_WORDS or said in map(bare_word, out_words):
        return Keyword(said, opted_out=True) if said else None
    if said in IN_WORDS or said == YES or said in map(bare_word, in_words):
        return Keyword(said, opted_out=False, if_out=said == YES) if said else None
    return None


def bare_word(text: str) -> str:
    """Return a message as keywords are compared: without case, and without what is no letter or digit at its ends."""
    folded = unicodedata.normalize("NFKC", text[: _LONGEST_MESSAGE + 1]).casefold()
    ends = "".join({char for char in folded if unicodedata.category(char)[0] in "PZC"})
    return " ".join(folded.strip(ends).split())


_LONGEST_MESSAGE = 200  # in a longer one no keyword stands alone
