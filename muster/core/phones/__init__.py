"""Phone numbers: what a cell says, as E.164, and a number is shown; `spellings` knows which are one person's."""

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
    two_ways,
)

__all__ = [
    "IMPOSSIBLE",
    "LONGEST_TEXT",
    "NOT_ASSIGNED",
    "NO_PLUS",
    "UNREADABLE",
    "Number",
    "Said",
    "calling_code",
    "is_region",
    "prepare",
    "read",
    "read_all",
    "region_of",
    "show",
    "suggest",
    "two_ways",
]
