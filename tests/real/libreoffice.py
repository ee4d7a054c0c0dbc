"""The LibreOffice this machine has, without a window: it opens workbooks, types into cells, and saves."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("soffice", "libreoffice", "localc")
MACOS = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "xls": "MS Excel 97", "csv": "Text - txt - csv (StarCalc)"}
SECONDS = 120
EDIT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Edit" script:language="StarBasic">
Sub Main
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  Dim kind(1) As New com.sun.star.beans.PropertyValue
  Dim doc, sheet, cell, edits, n, cut
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL(ConvertToURL(Environ("EDIT_SOURCE")), "_blank", 0, hidden())
  sheet = doc.Sheets.getByIndex(0)
  edits = Split(Environ("EDIT_CELLS"), Chr(10))
  For n = LBound(edits) To UBound(edits)
    cut = InStr(edits(n), " ")
    If cut &gt; 0 Then
      cell = sheet.getCellRangeByName(Left(edits(n), cut - 1))
      If doc.NumberFormats.getByKey(cell.NumberFormat).Type And com.sun.star.util.NumberFormat.TEXT Then
        cell.setString(Mid(edits(n), cut + 1))
      Else
        cell.setFormula(Mid(edits(n), cut + 1))
      End If
    End If
  Next n
  kind(0).Name = "FilterName"
  kind(0).Value = Environ("EDIT_FILTER")
  kind(1).Name = "FilterOptions"
  kind(1).Value = Environ("EDIT_OPTIONS")
  doc.storeToURL(ConvertToURL(Environ("EDIT_TARGET")), kind())
  doc.close(True)
  StarDesktop.terminate()
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Edit"/></library:library>
"""


@dataclass(frozen=True)
class LibreOffice:
    """A profile of our own, so that it neither meets nor changes anybody's."""

    folder: Path

    def saved(self, data: bytes, kind: str, cells: Mapping[str, str] | None = None, ending: str = "xlsx") -> bytes:
        """Open a workbook, type into cells of its first sheet, and save it: as "xlsx", "ods", "xls" or "csv"."""
        source, target = self.folder / f"in.{ending}", self.folder / f"out.{kind}"
        source.write_bytes(data)
        target.unlink(missing_ok=True)
        told = {
            "EDIT_SOURCE": str(source),
            "EDIT_TARGET": str(target),
            "EDIT_FILTER": FILTERS[kind],
            "EDIT_OPTIONS": "44,34,76,1,,0,false,true,false" if kind == "csv" else "",  # comma, quotes, UTF-8
            "EDIT_CELLS": "\n".join(f"{place} {text}" for place, text in (cells or {}).items()),
        }
        said = self.run("macro:///Standard.Edit.Main", **told)
        assert target.exists(), f"LibreOffice saved nothing: {said}"
        return target.read_bytes()

    def run(self, what: str, **told: str) -> str:
        """Start it for one thing, and return what it said."""
        profile = f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"
        done = subprocess.run(
            [libreoffice_program(), profile, "--headless", "--norestore", what],
            env={**os.environ, "HOME": str(self.folder), **told},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return f"{done.stdout} {done.stderr}"


@contextmanager
def libreoffice() -> Iterator[LibreOffice]:
    """Yield one that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="muster-calc-", ignore_cleanup_errors=True) as folder:
        program = LibreOffice(Path(folder))
        program.run("--terminate_after_init")  # which makes the profile
        basic = Path(folder) / "profile" / "user" / "basic" / "Standard"
        (basic / "script.xlb").write_text(LIBRARY, encoding="utf-8")
        (basic / "Edit.xba").write_text(EDIT, encoding="utf-8")
        yield program


def libreoffice_program() -> str:
    """`MUSTER_TEST_LIBREOFFICE`, else what is installed. Tests that need it fail without: they are never skipped."""
    chosen = os.environ.get("MUSTER_TEST_LIBREOFFICE")
    for program in (chosen,) if chosen else (*PROGRAMS, str(MACOS)):
        found = shutil.which(program)
        if found:
            return found
    raise RuntimeError("No LibreOffice here: install `libreoffice-calc`, or set MUSTER_TEST_LIBREOFFICE to its path.")
