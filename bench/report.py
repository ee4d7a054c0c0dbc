"""The table for people: every case, then every target, met or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Case = dict[str, Any]
Cases = dict[tuple[str, str], Case]  # by name and database
FULL_BYTES = 5_000_000
TITLES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


class Target(NamedTuple):
    """A figure and its limit; `most` is False where more is better."""

    name: str
    limit: float
    value: Callable[[Cases, str], float | None]
    most: bool = True
    unit: str = "times"


def case(cases: Cases, database: str, name: str) -> Case:
    return cases.get((name, database), {})


def figure(*path: str) -> Callable[[Cases, str], float | None]:
    """A figure of a case: its name, then the keys on the way."""

    def value(cases: Cases, database: str) -> float | None:
        found: Any = case(cases, database, path[0])
        for key in path[1:]:
            found = found.get(key, {})
        return found if isinstance(found, int | float) else None

    return value


def per_row(name: str, database: str, cases: Cases) -> float | None:
    found = case(cases, database, name)
    value = (found.get("muster") or found.get("peer") or {}).get("us_per_row")
    return float(value) if value else None


def against(name: str, other: str) -> Callable[[Cases, str], float | None]:
    """How many times the cost of a row in one case is that in another."""

    def value(cases: Cases, database: str) -> float | None:
        ours, theirs = per_row(name, database, cases), per_row(other, database, cases)
        return theirs / ours if ours and theirs else None

    return value


def full(name: str) -> Callable[[Cases, str], float | None]:
    """The CPU of a preview, if its file is a full one."""

    def value(cases: Cases, database: str) -> float | None:
        is_full = case(cases, database, name).get("bytes", 0) > FULL_BYTES
        return figure(name, "muster", "cpu", "best")(cases, database) if is_full else None

    return value


COLUMNS = ("rows", "CPU s, best / median / worst", "µs a row", "floor µs a row", "ratio (turn by turn)", "peak MB")
PLAIN, BULK = "import_export plain", "import_export bulk"


def targets(database: str) -> list[Target]:
    on_sqlite = database == "sqlite"
    return [
        Target("fresh, against the floor", 2.0 if on_sqlite else 1.6, figure("fresh", "ratio")),
        Target("mixed into many, against the floor", 2.2 if on_sqlite else 2.3, figure("mixed into many", "ratio")),
        Target("unchanged, of fresh", 0.6, against("fresh", "unchanged")),
        Target("loading alone, against the floor", 1.25, figure("fresh", "load_ratio")),
        *(
            Target(f"{each}, numbers stopped, against nobody", 1.08, figure(f"{each}, numbers stopped", "ratio"))
            for each in ("fresh", "unchanged", "mixed")
        ),
        Target("preview of a full file", 1.5, full("preview"), unit="s"),
        Target("preview, all known", 1.5, full("preview, all known"), unit="s"),
        Target("many, fresh, a row, against fresh", 1.6, against("fresh", "many, fresh")),
        Target("fresh, django-import-export plain against Muster", 50, against("fresh", f"{PLAIN}, fresh"), most=False),
        Target("fresh, django-import-export bulk against Muster", 30, against("fresh", f"{BULK}, fresh"), most=False),
        Target("unchanged, bulk against Muster", 60, against("unchanged", f"{BULK}, unchanged"), most=False),
        Target("memory of `muster import`", 250, figure("muster import", "peak_mb"), unit="MB"),
        Target("memory, many, fresh", 1536, figure("many, fresh", "muster", "peak_mb", "run"), unit="MB"),
    ]  # fmt: skip


def table(found: list[Case]) -> Iterator[str]:
    """The lines of the whole report."""
    cases = {(each["case"], each["database"]): each for each in found}
    yield f"| case | database | {' | '.join(COLUMNS)} |"
    yield f"|---|---{'|--:' * len(COLUMNS)}|"
    for each in found:
        yield _line(each)
    yield ""
    yield "| target | database | limit | measured | |"
    yield "|---|---|--:|--:|---|"
    for database in dict.fromkeys(each["database"] for each in found):
        for target in targets(database):
            value = target.value(cases, database)
            if value is not None:
                yield _judged(target, database, value)
        nothing = case(cases, database, "unchanged").get("wrote nothing")
        if nothing is not None:
            yield f"| unchanged writes nothing | {TITLES[database]} | | | {'met' if nothing else '**not met**'} |"


def _line(each: Case) -> str:
    costs = each.get("muster") or {}
    cpu = costs.get("cpu") or {}
    spread = " / ".join(f"{cpu[name]:.2f}" for name in ("best", "median", "worst")) if cpu else _other_cpu(each)
    row = costs.get("us_per_row") or each.get("peer", {}).get("us_per_row", "")
    floor = each.get("floor", {}).get("us_per_row", "")
    low, high = each.get("ratio_spread", (0, 0))
    ratio = f"{each['ratio']:.2f} ({low:.2f} to {high:.2f})" if high else ""
    peak = costs.get("peak_mb") or each.get("peak_mb") or each.get("peer", {}).get("peak_mb", "")
    peak = max(peak.values()) if isinstance(peak, dict) else peak
    cells = (each["case"], TITLES[each["database"]], f"{each['rows']:,}", spread, row, floor, ratio, peak)
    return f"| {' | '.join(map(str, cells))} |"


def _other_cpu(each: Case) -> str:
    cost = each.get("peer", {}).get("cost") or each.get("command", {})
    return f"{cost.get('cpu', cost.get('client', 0)):.2f}"


def _judged(target: Target, database: str, value: float) -> str:
    met = value <= target.limit if target.most else value >= target.limit
    sign = "≤" if target.most else "≥"
    shown = f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
    verdict = "met" if met else "**not met**"
    limit = f"{sign} {target.limit:,g} {target.unit}"
    return f"| {target.name} | {TITLES[database]} | {limit} | {shown} {target.unit} | {verdict} |"
