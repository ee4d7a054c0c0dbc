"""Phone numbers, through one door: what a cell says, as E.164, and how a number is shown."""

from muster.core.phones.cells import (
    IMPOSSIBLE,
    LONGEST_TEXT,
    NO_PLUS,
    NOT_ASSIGNED,
    UNREADABLE,
    Number,
    Said,
    calling_code,
    is_region,
    prepare,
    read,
    read_all,
    region_of,
    show,
    suggest,
)
from muster.core.phones.spellings import heard, key, may_be_respelt, older_spelling, respelt, spellings

__all__ = [
    "IMPOSSIBLE",
    "LONGEST_TEXT",
    "NOT_ASSIGNED",
    "NO_PLUS",
    "UNREADABLE",
    "Number",
    "Said",
    "calling_code",
    "heard",
    "is_region",
    "key",
    "may_be_respelt",
    "older_spelling",
    "prepare",
    "read",
    "read_all",
    "region_of",
    "respelt",
    "show",
    "spellings",
    "suggest",
]
