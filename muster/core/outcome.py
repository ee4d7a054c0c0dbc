"""What an import did, or would do, summed up: totals, counts by code, and the causes with their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from dataclasses import field as default
from typing import Any

from muster.core.errors import kept_view
from muster.core.problems import Note, Problem
from muster.core.table.delimiter import DELIMITERS
from muster.core.verdicts import OUTCOMES, Plan, Verdict

SEPARATED = "file-delimiter"
MAX_PROBLEMS = 1000
MAX_ROWS_OF_A_CAUSE = 20


@dataclass(slots=True)
class Cause:
    """Problems of one code in one field: how many, the first rows, and a value as an example."""

    code: str
    field: str | None
    count: int = 0
    rows: list[int] = default(default_factory=list)
    value: str | None = None


@dataclass(slots=True)
class Outcome:
    """Totals add up: created + updated + unchanged + failed = rows. `problems` are the first thousand, as JSON."""

    totals: dict[str, int] = default(default_factory=lambda: {"rows": 0, **dict.fromkeys(OUTCOMES, 0)})
    problem_counts: dict[str, int] = default(default_factory=dict)
    note_counts: dict[str, int] = default(default_factory=dict)
    causes: list[Cause] = default(default_factory=list)
    problems: list[dict[str, Any]] = default(default_factory=list)
    notes: list[dict[str, Any]] = default(default_factory=list)  # of the file, not of a row
    delimiter: str = ","  # of the file

    @classmethod
    def of(cls, plan: Plan) -> Outcome:
        """Sum up a plan."""
        tally = Tally(plan.notes)
        tally.add(plan.verdicts)
        return tally.outcome()

    @classmethod
    def of_bad_file(cls, problems: Iterable[Problem]) -> Outcome:
        """Sum up a file that was refused."""
        problems = list(problems)
        counts = Counter(problem.code for problem in problems)
        causes = [Cause(each.code, each.field, 1, [each.row] if each.row else [], each.value) for each in problems]
        return cls(problem_counts=dict(counts), causes=causes, problems=[kept_view(each) for each in problems])

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {**{each.name: getattr(self, each.name) for each in fields(self)}, "causes": [*map(asdict, self.causes)]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Outcome:
        """Return what `to_json` wrote."""
        causes = [Cause(**cause) for cause in kept.get("causes", ())]
        own = {each.name: kept[each.name] for each in fields(cls) if each.name in kept}  # others note more beside it
        return cls(**{**own, "causes": causes})


class Tally:
    """Adds up verdicts, some at a time, for a run that does not keep them."""

    def __init__(self, notes: Iterable[Note] = ()) -> None:
        self._outcomes: Counter[str] = Counter()
        self._notes: Counter[str] = Counter(note.code for note in notes)
        self._causes: dict[tuple[str, str | None], Cause] = {}
        self._problems: list[dict[str, Any]] = []
        self._of_file = [kept_view(note) for note in notes]
        self._delimiter = next((str((note.facts or {})["delimiter"]) for note in notes if note.code == SEPARATED), "")

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Count rows."""
        for verdict in verdicts:
            self._outcomes[verdict.outcome] += 1
            for note in verdict.notes:
                self._notes[note.code] += 1
            for problem in verdict.problems:
                self._add_problem(problem)

    def _add_problem(self, problem: Problem) -> None:
        cause = self._causes.setdefault(
            (problem.code, problem.field), Cause(problem.code, problem.field, value=problem.value)
        )
        cause.count += 1
        if problem.row is not None and len(cause.rows) < MAX_ROWS_OF_A_CAUSE:
            cause.rows.append(problem.row)
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(kept_view(problem))

    def outcome(self) -> Outcome:
        """Return the sum so far, causes largest first."""
        totals = {"rows": self._outcomes.total(), **{name: self._outcomes[name] for name in OUTCOMES}}
        by_code: Counter[str] = Counter()
        for cause in self._causes.values():
            by_code[cause.code] += cause.count
        causes = sorted(self._causes.values(), key=lambda cause: -cause.count)
        delimiter = next((mark for mark, name in DELIMITERS.items() if name == self._delimiter), ",")
        return Outcome(
            totals, dict(by_code), dict(self._notes), causes, list(self._problems), list(self._of_file), delimiter
        )
