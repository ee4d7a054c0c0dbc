"""One file for each way in which reading it can be told: what comes of it unless it is told, and then."""

from typing import Any, NamedTuple

from tests.core.workbooks import workbook

HEAD = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"
ROW = "S1,Ada,Obi,716-555-0101,"


class Told(NamedTuple):
    """A file, the option as the core names it, and the codes of everything that is said before and after."""

    name: str
    data: bytes
    option: dict[str, Any]
    before: set[str]
    after: set[str]


def _file(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows, "")).encode()


_TITLED = f"Export of May,,,,\n,,,,\n{HEAD}\n{ROW}\n".encode()
_SWALLOWS = _file('S1,"Ada,Obi,716-555-0101,', 'S2,Bo",Kay,716-555-0102,')
CASES = (
    Told("encoding", _file("S1,JosŽ,Obi,716-555-0101,").replace("Ž".encode(), b"\x8e"), {"encoding": "mac_roman"},
         {"file-encoding"}, {"file-encoding"}),
    Told("delimiter", _file(ROW).replace(b",", b"|"), {"delimiter": "|"}, {"file-delimiter"}, {"file-delimiter"}),
    Told("header row", _TITLED, {"header_row": 3}, {"header-missing", "header-unknown", "header-blank"},
         {"rows-skipped"}),
    Told("sheet", workbook({"A": [HEAD.split(","), ROW.split(",")], "B": [HEAD.split(",")]}), {"sheet": "B"},
         {"file-sheet"}, {"file-no-rows"}),
    Told("quoted rows", _SWALLOWS, {"quoted_rows": True}, {"file-open-quote"},
         {"value-control-character"}),
    Told("backslashes", _file(r'S1,"Ada \"A\" B",Obi,716-555-0101,'), {"backslashes": True}, {"cell-quotes"}, set()),
    Told("garbled letters", _file("S1,JosÃ©,Obi,716-555-0101,"), {"mend_letters": True}, {"text-garbled"},
         {"file-mended"}),
)  # fmt: skip
