"""A full workbook against the same table as CSV: processor time of a preview by phase, and the most memory.

`python -m bench.workbooks [ROWS]`: each file in a process of its own, three times; the quickest counts.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from bench import people
from muster.core import Known, Options, Outcome, Schema, check, custom_field, make_plan, parse
from muster.core.fields import Kind

ROUNDS = 3
KINDS = {"text": Kind.TEXT, "choice": Kind.CHOICE, "date": Kind.DATE, "number": Kind.NUMBER, "yes_no": Kind.YES_NO}
SCHEMA = Schema(
    tuple(
        custom_field(name, f"custom.{place}", KINDS[kind], choices=choices)
        for place, (name, kind, choices) in enumerate(people.CUSTOM[:5], 1)
    )
)
OPTIONS = Options(blank_mobile="infer")


def write(rows: int, folder: Path) -> list[Path]:
    """Write the same people as CSV and as a workbook, amounts as numbers."""
    as_csv, as_book = folder / "people.csv", folder / "people.xlsx"
    with (
        as_csv.open("w", newline="", encoding="utf-8") as out,
        xlsxwriter.Workbook(as_book, {"constant_memory": True}) as book,
    ):
        sheet, write_row = book.add_worksheet(), csv.writer(out).writerow
        for number, cells in enumerate([list(people.HEADER), *people.People().rows(rows)]):
            write_row(cells)
            for place, cell in enumerate(cells):
                _write_cell(sheet, number, place, cell)
    return [as_csv, as_book]


def _write_cell(sheet: Any, number: int, place: int, cell: str) -> None:
    if people.HEADER[place] == "Credits" and number and cell:
        sheet.write_number(number, place, float(cell))
    elif cell:
        sheet.write_string(number, place, cell)


def preview(path: Path) -> dict[str, float]:
    """Parse, check and plan a file, and return the seconds of each and the most memory in MB."""
    data, spent = path.read_bytes(), {}
    base = _peak()

    def timed(name: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        found = work()
        spent[name] = time.process_time() - began
        return found

    table = timed("parse", lambda: parse(data, SCHEMA, OPTIONS))
    checked = timed("check", lambda: check(table, SCHEMA, OPTIONS))
    staff = frozenset(people.STAFF)
    plan = timed("plan", lambda: make_plan(checked, Known(staff=staff), SCHEMA, OPTIONS))
    failed = Outcome.of(plan).totals["failed"]
    return {**spent, "all": sum(spent.values()), "peak": _peak(), "base": base, "failed": failed}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(path: Path) -> dict[str, float]:
    """Return the quickest of a few previews, each in a new process."""
    command = [sys.executable, "-m", "bench.workbooks", "--one", str(path)]
    told = [json.loads(subprocess.check_output(command)) for _ in range(ROUNDS)]
    return min(told, key=lambda each: float(each["all"]))


def main(rows: int) -> None:
    """Measure, and print a line a file."""
    with tempfile.TemporaryDirectory() as folder:
        files = write(rows, Path(folder))
        found = {path.suffix: measured(path) for path in files}
        for path in files:
            each = found[path.suffix]
            seconds = ", ".join(f"{name} {each[name]:.2f}" for name in ("parse", "check", "plan", "all"))
            size = path.stat().st_size / 1024 / 1024
            print(f"{path.suffix} {size:.2f} MB, {rows:,} rows: {seconds} s of CPU; peak {each['peak']:.0f} MB")
        print(f"workbook : CSV = {found['.xlsx']['all'] / found['.csv']['all']:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(preview(Path(sys.argv[2]))))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 60_000)
