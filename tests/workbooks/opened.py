"""A workbook taken apart in a test: its cells, styles, comments and lists, by the XML that spreadsheets read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def made(write: Callable[[IO[bytes]], None]) -> bytes:
    """The bytes that are written."""
    file = io.BytesIO()
    write(file)
    return file.getvalue()


@dataclass(frozen=True)
class Opened:
    """One workbook."""

    data: bytes

    @cached_property
    def parts(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.data)) as book:
            assert book.testzip() is None
            return {name: book.read(name) for name in book.namelist()}

    def xml(self, name: str) -> ET.Element:
        return ET.fromstring(self.parts[name])

    @cached_property
    def sheets(self) -> list[tuple[str, str]]:
        """Name and state of each sheet, in their order."""
        found = self.xml("xl/workbook.xml").iter(f"{MAIN}sheet")
        return [(each.get("name", ""), each.get("state", "visible")) for each in found]

    def cells(self, sheet: int = 1) -> dict[str, tuple[str, str]]:
        """Place → type and text of every cell that has one."""
        found = {}
        for cell in self.xml(f"xl/worksheets/sheet{sheet}.xml").iter(f"{MAIN}c"):
            text = "".join(each.text or "" for each in cell.iter(f"{MAIN}t"))
            if cell.get("t"):
                found[cell.get("r", "")] = (cell.get("t", ""), text)
        return found

    def rows(self, sheet: int = 1) -> list[list[str]]:
        """The texts of the cells, row by row."""
        rows: dict[int, list[str]] = {}
        for place, (_, text) in self.cells(sheet).items():
            rows.setdefault(int(re.sub(r"\D", "", place)), []).append(text)
        return list(rows.values())

    def formulas(self) -> list[str]:
        """The parts that hold a formula in a cell."""
        return [name for name, part in self.parts.items() if re.search(rb"<f[ >]", part)]

    def formats(self, sheet: int = 1) -> dict[str, str]:
        """Place → the number format of each cell that is written: "@" is text."""
        styles = self.xml("xl/styles.xml")
        own = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{MAIN}numFmt")} | {"49": "@"}
        used = [own.get(each.get("numFmtId"), "General") for each in styles.find(f"{MAIN}cellXfs") or ()]
        cells = self.xml(f"xl/worksheets/sheet{sheet}.xml").iter(f"{MAIN}c")
        return {each.get("r", ""): used[int(each.get("s", "0"))] for each in cells}

    def columns(self, sheet: int = 1) -> list[str]:
        """The number format of each column."""
        styles = self.xml("xl/styles.xml")
        own = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{MAIN}numFmt")} | {"49": "@"}
        used = [own.get(each.get("numFmtId"), "General") for each in styles.find(f"{MAIN}cellXfs") or ()]
        found: list[str] = []
        for each in self.xml(f"xl/worksheets/sheet{sheet}.xml").iter(f"{MAIN}col"):
            times = int(each.get("max", "1")) - int(each.get("min", "1")) + 1
            found += [used[int(each.get("style", "0"))]] * times
        return found

    def coloured(self, sheet: int = 1) -> set[str]:
        """The places of the cells that are marked, by the colour of their letters."""
        styles = self.xml("xl/styles.xml")
        fonts = [each.find(f"{MAIN}color") for each in styles.find(f"{MAIN}fonts") or ()]
        red = {n for n, each in enumerate(fonts) if each is not None and each.get("rgb") == "FFA3180E"}
        used = [int(each.get("fontId", "0")) in red for each in styles.find(f"{MAIN}cellXfs") or ()]
        cells = self.xml(f"xl/worksheets/sheet{sheet}.xml").iter(f"{MAIN}c")
        return {each.get("r", "") for each in cells if used[int(each.get("s", "0"))]}

    def comments(self) -> dict[str, str]:
        """Place → comment, of the first sheet."""
        if "xl/comments1.xml" not in self.parts:
            return {}
        found = self.xml("xl/comments1.xml").iter(f"{MAIN}comment")
        return {each.get("ref", ""): "".join(t.text or "" for t in each.iter(f"{MAIN}t")) for each in found}

    def lists(self, sheet: int = 1) -> dict[str, list[str]]:
        """Column → the values that its cells offer."""
        offered: dict[str, Any] = {}
        number = [name for name, _ in self.sheets].index("Lists") + 1
        values = self.cells(number)
        for each in self.xml(f"xl/worksheets/sheet{sheet}.xml").iter(f"{MAIN}dataValidation"):
            source = re.fullmatch(r"Lists!\$(\w+)\$1:\$\w+\$(\d+)", each.findtext(f"{MAIN}formula1") or "")
            assert source
            column = re.match(r"[A-Z]+", each.get("sqref", ""))
            assert column
            offered[column[0]] = [values[f"{source[1]}{row}"][1] for row in range(1, int(source[2]) + 1)]
        return offered
