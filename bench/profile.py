"""Where the time of an import and of a preview goes: the functions that take most, by sampling.

    python -m bench.profile [--rows N] [--html FOLDER]

On SQLite, so that the database's work is in the same process. `--html` keeps the flame graphs.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from pyinstrument import Profiler
from pyinstrument.frame import Frame

from bench import people

TOP_OF = 10
SECONDS_BETWEEN = 0.001
SELF = "[self]"  # a frame that pyinstrument adds for the time of its parent alone


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.profile")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--html", metavar="FOLDER", help="keep the flame graphs there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        os.environ |= {"MUSTER_DATA": folder, "DATABASE_URL": ""}
        from bench import contender  # noqa: PLC0415  it looks at the line above

        files = {name: Path(folder) / f"{name}.csv" for name in ("warm-up", "import", "mixed", "preview")}
        write_files(files, asked.rows)
        contender.set_up(len(people.CUSTOM))
        contender.warm_up(str(files["warm-up"]))
        show("The preview of a file", watched(contender.preview, files["preview"]), asked.html)
        show(f"An import of {asked.rows:,} new rows", watched(contender.import_file, files["import"]), asked.html)
        half = watched(contender.import_file, files["mixed"])
        show(f"An import of {asked.rows:,} rows, half of them changed", half, asked.html)


def write_files(files: dict[str, Path], rows: int) -> None:
    person = people.People()
    people.write(files["warm-up"], people.with_bad_rows(person.rows(500)))
    known = list(person.rows(rows))
    people.write(files["import"], people.with_bad_rows(iter(known)))
    people.write(files["mixed"], people.with_bad_rows(people.mixed(person, known, rows)))
    people.write_full(files["preview"], 90 * rows)


def watched(deed: Callable[..., object], file: Path) -> Profiler:
    """Profile what is measured of a deed, and nothing else."""
    profiler = Profiler(interval=SECONDS_BETWEEN)

    def watch(work: Callable[[], object]) -> object:
        with profiler:
            return work()

    deed(str(file), around=watch)
    return profiler


def show(title: str, profiler: Profiler, folder: str | None) -> None:
    session = profiler.last_session
    root = session.root_frame() if session else None
    assert root
    own: dict[str, float] = defaultdict(float)
    add(root, own)
    print(f"\n### {title}\n\n| function | share |\n|---|--:|")
    for name, seconds in sorted(own.items(), key=lambda each: -each[1])[:TOP_OF]:
        print(f"| {name} | {seconds / root.time:.1%} |")
    if folder:
        path = Path(folder) / f"{title.lower().replace(' ', '-').replace(',', '')}.html"
        path.write_text(profiler.output_html(), encoding="utf-8")


def add(frame: Frame, own: dict[str, float]) -> None:
    """Add the time that a function spent itself, and those it called."""
    spent = frame.time - sum(child.time for child in frame.children if child.function != SELF)
    own[name_of(frame)] += spent
    for child in frame.children:
        if child.function != SELF:
            add(child, own)


def name_of(frame: Frame) -> str:
    """The function and its module; for what is built in, also who called it."""
    where = Path(frame.file_path_short or "").with_suffix("").name
    if where == "<built-in>" and frame.parent:
        return f"`{frame.function}`, called by {name_of(frame.parent)}"
    return f"`{frame.function}` in `{where}`"


if __name__ == "__main__":
    main()
