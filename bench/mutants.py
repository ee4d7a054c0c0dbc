"""Faults planted by hand in what keeps an import true: each must be found by a test, or the tests are too weak.

    python -m bench.mutants [--only WORDS]

Each fault changes one place of a copy of the checkout; then the tests of imports run there until the first that fails.
Ends with 1 when one is not found, or when its place is not there any more.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parents[1]
COPIED = ("muster", "tests", "bench", "conformance", "docs", "pyproject.toml", "manage.py")
SECONDS = 1800


class Fault(NamedTuple):
    """One place of one file, and what is written there instead; `tests` are where it should be found first."""

    what: str
    file: str
    right: str
    wrong: str
    tests: str


FAULTS = (
    Fault(
        "a look outlives a change of the team",
        "imports/workspace.py",
        "(self.last.revision, self.last.version) != (now.revision, now.version)",
        "self.last.revision != now.revision",
        "test_workspace.py",
    ),
    Fault(
        "a look outlives an edit",
        "imports/workspace.py",
        "(self.last.revision, self.last.version) != (now.revision, now.version)",
        "self.last.version != now.version",
        "test_workspace.py",
    ),
    Fault(
        "a plan is followed across a change of the team",
        "imports/workspace.py",
        "if last and last.version == now.version and _rests",
        "if last and _rests",
        "test_workspace.py",
    ),
    Fault(
        "a plan is followed across a change of options",
        "imports/workspace.py",
        "return last.file is now.file and (last.schema, last.options) == (now.schema, now.options)",
        "return last.file is now.file",
        "test_workspace.py",
    ),
    Fault(
        "a list shows the verdicts of an older look",
        "imports/workspace.py",
        "if found is not None and found.verdicts is not self.verdicts:",
        "if found is None:",
        "test_workspace.py",
    ),
    Fault(
        "counts stay as they were before an edit",
        "imports/workspace.py",
        "counts = last.counts.followed((last.verdicts[place], plan.verdicts[place]) for place in places)",
        "counts = last.counts",
        "test_workspace.py",
    ),
    Fault(
        "a step is applied to the file as it came, not to the steps before it",
        "imports/workspace.py",
        "before, steps = (last.table, now.steps[len(last.steps) :]) if more else (last.base, now.steps)",
        "before, steps = (last.base, now.steps[len(last.steps) :]) if more else (last.base, now.steps)",
        "test_workspace.py",
    ),
    Fault(
        "an edit is taken at another revision than the one that was shown",
        "imports/run.py",
        "at = drafts if revision is None else drafts.filter(revision=revision)",
        "at = drafts",
        "test_draft.py ../web/test_import_revision.py",
    ),
    Fault(
        "what is confirmed is not what was shown",
        "imports/run.py",
        "shown = None if again else revision",
        "shown = None",
        "../web/test_import_revision.py",
    ),
    Fault(
        "an import runs with the fields of when it was read",
        "imports/run.py",
        "if schema_of(team) != read.schema:  # a field was changed since",
        "if False:",
        "test_races.py test_run.py test_worker.py",
    ),
    Fault(
        "a worker that was overtaken finishes all the same",
        "imports/run.py",
        "state=State.IMPORTING, fence=imp.fence)",
        "state=State.IMPORTING)",
        "test_worker.py test_races.py",
    ),
    Fault(
        "two workers hold one import under the same fence",
        "imports/worker.py",
        'fence=F("fence") + 1,\n        attempts',
        'fence=F("fence"),\n        attempts',
        "test_worker.py test_races.py",
    ),
    Fault(
        "an import is taken from a worker that lives",
        "imports/worker.py",
        "Q(lease.has_run_out(), state=State.IMPORTING)",
        "Q(state=State.IMPORTING)",
        "test_worker.py test_turns.py",
    ),
    Fault(
        "an import that costs every worker its life is claimed for ever",
        "imports/worker.py",
        "return imp.lost + (imp.lease_until is not None and imp.worker != name)",
        "return imp.lost",
        "../attack/test_files_that_end_workers.py",
    ),
    Fault(
        "an undo takes back what somebody changed since",
        "imports/undo_plan.py",
        "if key not in later and current.get(key) == change.after[key]]",
        "if current.get(key) == change.after[key] or key in later]",
        "test_undo.py",
    ),
    Fault(
        "an undo opts somebody in",
        "imports/undo_plan.py",
        "back = {key: self._was(key, change.before.get(key)) for key in unchanged if key not in opt_outs}",
        "back = {key: self._was(key, change.before.get(key)) for key in unchanged}",
        "test_undo.py",
    ),
    Fault(
        "an undo gives a number to two people",
        "imports/undo_plan.py",
        "if holder != change.contact:",
        "if False:",
        "test_undo.py",
    ),
    Fault(
        "an undo gives back a number that said STOP, without its word",
        "imports/undo_plan.py",
        "if not (stops and decision.back):",
        "if True:",
        "test_undo.py test_stop_is_stop.py",
    ),
    Fault(
        "an undo removes a person whom somebody else wrote to since",
        "imports/undo_plan.py",
        "REMOVED if same and not later else KEPT_CREATED",
        "REMOVED if same else KEPT_CREATED",
        "test_undo.py",
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mutants")
    parser.add_argument("--only", default="", metavar="WORDS", help="those whose sentence holds these words")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-mutants-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = TOP / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        lived = [fault.what for fault in FAULTS if asked.only in fault.what and not is_found(fault, copy)]
    print(f"\n{len(lived)} live on.")
    return 1 if lived else 0


def is_found(fault: Fault, copy: Path) -> bool:
    """Plant it, run the tests where it should be found, then all those of imports; take it out again."""
    path = copy / "muster" / fault.file
    text = path.read_text(encoding="utf-8")
    if text.count(fault.right) != 1:
        print(f"NOT THERE  {fault.what}", flush=True)
        return False
    path.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        found = failing(copy, *(f"tests/imports/{name}" for name in fault.tests.split())) or failing(
            copy, "tests/imports", "tests/contacts"
        )
    finally:
        path.write_text(text, encoding="utf-8")
    print(f"{'found' if found else 'LIVES':<10} {fault.what}{f': {found}' if found else ''}", flush=True)
    return bool(found)


def failing(copy: Path, *where: str) -> str:
    """Return the first test that fails; "" when none does."""
    asked = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--no-header"]
    asked += ["-m", "not slow and not browser and not proof", *where]
    try:
        ran = subprocess.run(asked, cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"no end in {SECONDS} s"
    if ran.returncode not in {0, 1}:
        raise SystemExit(ran.stdout + ran.stderr)
    return next(
        (
            line.partition(" ")[2].partition(" - ")[0]
            for line in ran.stdout.splitlines()
            if line.startswith(("FAILED ", "ERROR "))
        ),
        "",
    )


if __name__ == "__main__":
    sys.exit(main())
