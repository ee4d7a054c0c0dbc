"""Writes the pages that are generated from the core: `python -m muster.core.docs`, from the top of the checkout."""

from __future__ import annotations

from pathlib import Path

from muster.core import errors, fields

_FIELDS = """# Fields

What a file may hold. Headers match exactly, capitals included, in any order.
A blank cell and an absent column mean different things. This is all of it, written once, in `muster/core/fields.py`.

"""
_CUSTOM = """
A team may have up to {limit} fields of its own. A custom field has a name (the header), a kind (text, number, date,
yes/no, choice), *Required* (the column must be present; cells may be blank), *Max length* for text, *Choices*, and
*Searchable*.

| kind | cells |
|---|---|
| text | anything but control characters; line breaks are kept |
| number | digits, with a point before decimals |
| date | `2026-09-01`, with month names or a time, or in the order chosen for the column |
| yes/no | `yes`, `no`, `true`, `false`, `y`, `n`, `1`, `0`, in any case |
| choice | one of the choices, in any case |
"""


def pages() -> dict[str, str]:
    """Return each generated page by its file name."""
    return {
        "resolving-import-errors.md": errors.guide(),
        "fields.md": _FIELDS + fields.reference() + _CUSTOM.format(limit=fields.MAX_CUSTOM_FIELDS),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        Path("docs", name).write_text(text, encoding="utf-8")
