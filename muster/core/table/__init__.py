"""The reader: any bytes to a `Table`, or the problems of the file. Start with `reader.py`."""

from muster.core.table.delimiter import DELIMITERS
from muster.core.table.encoding import ENCODINGS, named
from muster.core.table.header_row import header_candidate, looks_like_data
from muster.core.table.reader import MOST_COLUMNS, extent, parse
from muster.core.table.table import Extent, Row, Table

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "MOST_COLUMNS",
    "Extent",
    "Row",
    "Table",
    "extent",
    "header_candidate",
    "looks_like_data",
    "named",
    "parse",
]
