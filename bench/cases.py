"""What is measured in one database: three scenarios against the limit, the preview, the big ones, and the peers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import people, stops
from bench.meter import load
from bench.places import Place
from bench.turns import TOP, Player

ROWS_OF_A_WARM_UP = 500
FULL_FILE = 5 * 1024 * 1024
MANY = 1_000_000
Case = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    rows: int
    rounds: int
    full_bytes: int
    peer_rows: int
    many: int
    tryton: bool


@dataclass
class Database:
    """One database, with the two who take turns in it."""

    place: Place
    size: Size
    folder: Path
    muster: Player
    floor: Player
    versions: dict[str, str]

    @classmethod
    def open(cls, place: Place, size: Size, folder: Path, muster: Player, floor: Player) -> Database:
        """Make an empty installation, kept as "empty", and warm up."""
        versions = muster.do("set_up", fields=5)
        place.keep("empty")
        opened = cls(place, size, folder, muster, floor, versions)
        opened.warm_up(muster)
        return opened

    def warm_up(self, muster: Player) -> None:
        rows = people.with_bad_rows(people.People(3).rows(ROWS_OF_A_WARM_UP))
        muster.do("warm_up", path=self.file("warm-up", rows))
        self.place.put_back("empty")

    def file(self, name: str, rows: Iterator[people.Cells]) -> str:
        path = self.folder / f"{name}.csv"
        people.write(path, rows)
        return str(path)

    def case(self, name: str, rows: int, **found: Any) -> Case:
        told = {"case": name, "database": self.place.kind, "rows": rows}
        return {**told, **found, "load": load(), "versions": self.versions}

    def start_from(self, name: str, *files: str) -> None:
        """Keep, under a name, what importing the files into an empty team leads to."""
        self.place.put_back("empty")
        for file in files:
            self.muster.do("import_file", path=file)
        self.place.keep(name)

    def small(self) -> Iterator[Case]:
        """The three scenarios."""
        rows = self.size.rows
        fresh = self.file("fresh", people.with_bad_rows(people.People().rows(rows)))
        yield self.duel("fresh", "empty", fresh, rows, self.size.rounds)
        yield self.command(fresh, rows)
        self.start_from("known", fresh)
        yield self.alone("unchanged", "known", fresh, rows)
        self.place.drop("known")
        person = people.People()
        before = list(person.rows(rows * 3 // 4))
        self.start_from("before", self.file("before", iter(before)))
        mixed = self.file("mixed", people.with_bad_rows(people.mixed(person, before, rows)))
        yield self.duel("mixed", "before", mixed, rows, self.size.rounds)
        self.place.drop("before")

    def duel(self, name: str, base: str, file: str, rows: int, rounds: int) -> Case:
        """Muster and the limit in turns, each from the same state."""
        ours, limits, same = [], [], None
        for turn in range(rounds):
            self.place.put_back(base)
            ours.append(self.muster.do("import_file", path=file))
            if turn == 0:
                self.floor.do("after", import_=ours[0]["import"])
                digest = self.floor.do("digest") if rows * 30 > self.contacts() else None
                self.place.put_back(base)
                self.floor.do("before")
            self.place.put_back(base)
            limits.append(self.floor.do("run"))
            if turn == 0 and digest:
                same = digest == self.floor.do("digest")
        found = {"muster": summary(ours, rows), "floor": figures(limits, rows), "same rows": same}
        return self.case(name, rows, **found, **ratios(ours, limits))

    def contacts(self) -> int:
        count: int = self.muster.do("state")["contacts"]
        return count

    def alone(self, name: str, base: str, file: str, rows: int) -> Case:
        """Muster alone, where there is nothing to write: and it must write nothing."""
        ours = []
        for _ in range(self.size.rounds):
            self.place.put_back(base)
            before = self.muster.do("state")
            ours.append(self.muster.do("import_file", path=file))
        return self.case(name, rows, muster=summary(ours, rows), **{"wrote nothing": before == self.muster.do("state")})

    def command(self, file: str, rows: int) -> Case:
        """`muster import FILE`, a whole process from its start to its end."""
        self.place.put_back("empty")
        program = Path(sys.executable).with_name("muster")
        command = [
            str(program), "import", file, "--team", "bench", "--blank-mobile", "infer", "--allow-mobile-updates",
            "--user", "alice@example.edu", "--json",
        ]  # fmt: skip
        started = time.perf_counter()
        with (self.folder / "said").open("w+b") as said:
            process = subprocess.Popen(command, stdout=said, env={**os.environ, **self.place.env})
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            told = json.loads(said.read() or b"{}")
        cost = {"client": round(used.ru_utime + used.ru_stime, 3), "wall": round(time.perf_counter() - started, 3)}
        if process.returncode not in (0, 1):  # 1: some rows have failed, as they should
            raise RuntimeError(f"{command}: {process.returncode}")
        peak = round(used.ru_maxrss / 1024, 1)
        return self.case("muster import", rows, command=cost, peak_mb=peak, seconds=told["seconds"])

    def preview(self) -> Iterator[Case]:
        """A full file with ten fields, for an empty team, and for one that has all of its contacts."""
        self.place.put_back("empty")
        self.muster.do("add_fields")
        self.place.keep("wide")
        path = self.folder / "full.csv"
        rows = people.write_full(path, self.size.full_bytes)
        yield self.looked("preview", str(path), rows)
        self.muster.do("import_file", path=str(path))
        self.place.keep("wide_known")
        yield self.looked("preview, all known", str(path), rows)
        self.place.drop("wide")
        self.place.drop("wide_known")

    def stopped(self) -> Iterator[Case]:
        """What a long stop list costs."""
        self.place.put_back("empty")
        return stops.cases(self)

    def looked(self, name: str, path: str, rows: int) -> Case:
        ours = [self.muster.do("preview", path=path) for _ in range(self.size.rounds)]
        return self.case(name, rows, muster=summary(ours, rows), bytes=Path(path).stat().st_size)

    def many(self) -> Iterator[Case]:
        """Very many rows by a process that has done nothing before; then the usual number into those."""
        many, wanted = self.size.many, self.size.rows * 3 // 4
        person, path = people.People(), self.folder / "many.csv"
        known: list[people.Cells] = []

        def rows() -> Iterator[people.Cells]:
            for index, cells in enumerate(person.rows(many)):
                if index % max(1, many // self.size.rows) == 0 and not people.is_bad(index) and len(known) < wanted:
                    known.append(cells)
                yield cells

        people.write(path, people.with_bad_rows(rows()))
        with Player("bench.contender", self.place.env) as alone:
            self.place.put_back("empty")
            self.warm_up(alone)
            ours = [alone.do("import_file", path=str(path))]
        yield self.case("many, fresh", many, muster=summary(ours, many))
        self.place.keep("many")
        mixed = self.file("mixed", people.with_bad_rows(people.mixed(person, known, self.size.rows)))
        yield self.duel("mixed into many", "many", mixed, self.size.rows, min(3, self.size.rounds))
        self.place.drop("many")

    def peers(self) -> Iterator[Case]:
        """Others doing the same work, once each: it takes them long enough."""
        fresh = self.file("peers", people.with_bad_rows(people.People().rows(self.size.peer_rows)))
        for peer in ("import_export", "tryton") if self.size.tryton else ("import_export",):
            program = TOP / ".venv" / f"bench-{peer.replace('_', '-')}" / "bin" / "python"
            if not program.exists():
                print(f"{peer} is not installed: not measured", file=sys.stderr)
                continue
            for mode in ("plain", "bulk") if peer == "import_export" else ("plain",):
                for name, before in (("fresh", []), ("unchanged", ["--before", fresh])):
                    command = [str(program), "-m", f"bench.peers.{peer}", mode, fresh, "--folder", str(self.folder)]
                    yield self.peer(f"{peer} {mode}", name, command + before)

    def peer(self, peer: str, name: str, command: list[str]) -> Case:
        url = self.place.fresh_url("peer", self.folder)
        done = subprocess.run([*command, "--database", url], stdout=subprocess.PIPE, cwd=TOP, check=True, text=True)
        told = json.loads(done.stdout)
        per_row = round(told["cost"]["cpu"] / told["rows"] * 1e6, 1)
        return self.case(f"{peer}, {name}", told.pop("rows"), peer={**told, "us_per_row": per_row})


def figures(costs: list[Any], rows: int) -> Case:
    """Best, median and worst CPU, and of the best turn all there is."""
    cpu = sorted(cost["cpu"] for cost in costs)
    best = min(costs, key=lambda cost: cost["cpu"])
    spread = {"best": cpu[0], "median": round(statistics.median(cpu), 4), "worst": cpu[-1]}
    return {
        "cpu": spread,
        "us_per_row": round(cpu[0] / rows * 1e6, 1),
        **{name: best[name] for name in ("client", "server", "wall")},
    }


def summary(turns: list[Any], rows: int) -> Case:
    """The figures of an import or preview, with the stages of its best turn; the peak is that of the first."""
    best = min(turns, key=lambda turn: turn["cost"]["cpu"])
    more = {name: best[name]["cpu"] for name in ("look", "load") if name in best}
    stages = {name: cost["cpu"] for name, cost in best["stages"].items()}
    found = {**figures([turn["cost"] for turn in turns], rows), "stages": stages, **more}
    return {**found, "peak_mb": turns[0]["peak_mb"], "totals": best["totals"]}


def ratios(ours: list[Any], limits: list[Any]) -> Case:
    """Best against best; the spread is turn against turn."""
    limit = min(cost["cpu"] for cost in limits)
    turns = sorted(mine["cost"]["cpu"] / cost["cpu"] for mine, cost in zip(ours, limits, strict=True))
    return {
        "ratio": round(min(mine["cost"]["cpu"] for mine in ours) / limit, 2),
        "ratio_spread": [round(turns[0], 2), round(turns[-1], 2)],
        "load_ratio": round(min(mine["load"]["cpu"] for mine in ours) / limit, 2),
    }
