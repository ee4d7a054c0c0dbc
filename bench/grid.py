"""The Review page as a person feels it: windows of rows, the verdict on an edit, and what the browser holds.

    python -m bench.grid [rows] [columns] [--server-only]

One Muster of its own on SQLite, one draft, requests one at a time. "server" is HTTP to a running server, "browser" is
Chromium, from the key to what is drawn. Medians, the middle half and the slowest; beside them the CPU that the server
used, which other work on the machine blurs less, and the load. Targets: a window of rows 100 ms, an edit's verdict
150 ms, the browser's heap 15 MB.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from bench import people
from bench.meter import MB, load

ROWS, COLUMNS, ROUNDS = 50_000, 33, 40
WINDOW = 100
LARGEST = 64 * MB  # the wide file is larger than what the page takes by default
TARGETS = {"a window of rows": 100, "an edit to its verdict": 150, "typed to its verdict": 150}


class Draft(NamedTuple):
    """An import to look at: where it is, its file, and the cookie of its Admin."""

    path: str
    file: Path
    session: str


class Times:
    """Milliseconds of each thing that was measured, and of CPU in the server meanwhile."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.found: dict[str, list[tuple[float, float]]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        cpu, begun = cpu_of(self.server), time.perf_counter()
        yield
        wall, spent = time.perf_counter() - begun, cpu_of(self.server) - cpu
        self.found.setdefault(name, []).append((wall * 1e3, spent * 1e3))

    def show(self, title: str) -> None:
        print(f"{title}, load {load()}")
        for name, both in self.found.items():
            every, cpu = [wall for wall, _ in both], statistics.median(cpu for _, cpu in both)
            low, _, high = statistics.quantiles(every, n=4) if len(every) > 1 else every * 3
            target = f", target {TARGETS[name]}" if name in TARGETS else ""
            spread = f"({low:.0f} to {high:.0f}, slowest {max(every):.0f}, of {len(every)}{target})"
            print(f"  {name:32} {statistics.median(every):6.0f} ms  {cpu:6.0f} ms of CPU  {spread}")


def cpu_of(process: int) -> float:
    """Return the seconds of CPU of a process, its threads and its children."""
    tasks = list(Path(f"/proc/{process}/task").iterdir())
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return own + sum(map(cpu_of, children))


def main() -> None:
    """Make the draft, serve it, measure."""
    parser = argparse.ArgumentParser(prog="bench.grid")
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    parser.add_argument("columns", nargs="?", type=int, default=COLUMNS)
    parser.add_argument("--server-only", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as data:
        env = {"MUSTER_DATA": data, "MUSTER_MAX_FILE_BYTES": str(LARGEST)}
        os.environ.update(env)
        draft = make_draft(Path(data) / "bench.csv", asked.rows, asked.columns)
        print(f"{asked.rows:,} rows, {asked.columns} columns, {draft.file.stat().st_size / MB:.1f} MB")
        from tests.real.server import muster  # noqa: PLC0415  after the environment

        with muster(**env) as server:
            measure_server(server.url, draft, asked.rows, Times(server.process.pid))
            if not asked.server_only:
                measure_browser(server.url, draft, asked.rows, Times(server.process.pid))


def make_draft(path: Path, rows: int, columns: int) -> Draft:
    """Make a team with fields for so many columns, and a draft of so many rows, one in twenty no good."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "muster.django_settings"
    import django  # noqa: PLC0415  needs the environment

    django.setup()
    from django.test import Client  # noqa: PLC0415

    from muster.cli.serving import migrate_database  # noqa: PLC0415
    from muster.core.fields import Options  # noqa: PLC0415
    from muster.imports import run  # noqa: PLC0415

    migrate_database(quiet=True)
    team, user, header = make_team(columns)
    write(path, header, rows)
    options = Options(blank_mobile="infer")
    imp = run.receive(
        team, user, method="file", filename=path.name, data=path.read_bytes(), options=options, confirm=False
    )
    client = Client()
    client.force_login(user)
    return Draft(f"/t/{team.slug}/imports/{imp.pk}/", path, client.cookies["session"].value)


def make_team(columns: int) -> tuple[Any, Any, list[str]]:
    from muster.contacts import custom_fields  # noqa: PLC0415
    from muster.teams import members  # noqa: PLC0415
    from muster.teams.models import Role  # noqa: PLC0415

    team = members.create_team(None, name="Bench", slug="bench")
    admin = members.add_user(team, None, email="admin@example.edu", role=Role.ADMIN, staff_id="A1")
    for staff_id in people.STAFF:
        members.add_user(team, None, email=f"{staff_id}@example.edu", role=Role.USER, staff_id=staff_id)
    for name, kind, choices in people.CUSTOM:
        custom_fields.add(team, admin.user, name=name, kind=kind, choices=list(choices))
    more = [f"Field {number}" for number in range(1, columns - len(people.WIDE_HEADER) + 1)]
    for name in more:
        custom_fields.add(team, admin.user, name=name, kind="text")
    return team, admin.user, [*people.WIDE_HEADER, *more][:columns]


def write(path: Path, header: list[str], rows: int) -> None:
    filling = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header)
        for row in people.with_bad_rows(people.People().rows(rows, wide=True)):
            more = [filling.choice(("", "", "x", "ab", "two words")) for _ in range(len(header) - len(row))]
            writer.writerow([*row, *more][: len(header)])


class Browser:
    """What a browser says to the server, over one connection."""

    def __init__(self, url: str, draft: Draft) -> None:
        self.path, self.cookies = draft.path, {"session": draft.session}
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300)
        self.bytes = 0

    def ask(self, part: str, method: str = "GET", body: Any = None, **query: Any) -> Any:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Accept-Encoding": "gzip", "X-CSRFToken": self.cookies.get("csrftoken", "")}
        path = f"{self.path}{part}{'?' + urlencode(query) if query else ''}"
        form = isinstance(body, str)
        headers |= {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json"}
        self.connection.request(method, path, body if form else json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        self.bytes = len(data)
        for header in answer.headers.get_all("Set-Cookie", []):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status not in (200, 302):
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:300]!r}")
        return data


def measure_server(url: str, draft: Draft, rows: int, times: Times) -> None:
    """Ask as the grid asks."""
    browser, chance = Browser(url, draft), random.Random(3)
    with times.of("the page, the file not yet read"):
        browser.ask("")
    with times.of("the page"):
        browser.ask("")
    with times.of("a filter pressed"):
        browser.ask("grid/", show="problems")
    sizes = []
    for _ in range(ROUNDS):
        with times.of("a window of rows"):
            browser.ask("grid/rows", offset=chance.randrange(rows - WINDOW), limit=WINDOW, show="all")
        sizes.append(browser.bytes)
    for number in range(ROUNDS):
        row = 2 + chance.randrange(rows)
        cells = [[row, 3, f"+1 716 555 {number:04}"]] if number % 2 else [[row, 1, f"Ann {number}"]]
        with times.of("an edit to its verdict"):
            browser.ask("grid/cells", "PATCH", {"cells": cells, "show": "problems", "list": 0})
        time.sleep(0.1)
    for _ in range(5):
        with times.of("an edit undone"):
            browser.ask("grid/ops", "POST", {"op": "undo"})
    measure_bulk(browser, times)
    times.show("server")
    print(f"  a window on the wire             {statistics.median(sizes) / 1024:7.1f} kB")


def measure_bulk(browser: Browser, times: Times) -> None:
    """A column changed in every row, and undone; options; problems gone through; a text looked for."""
    fix = {"op": "fix", "fix": "replace", "header": "Major", "filter": {"show": "all"}}
    typed = {"typed": {"find": "Law", "value": "Laws"}}
    with times.of("a fix of thousands, shown"):
        browser.ask("grid/ops", "POST", {**fix, **typed, "preview": True})
    with times.of("a fix of thousands, done"):
        browser.ask("grid/ops", "POST", {**fix, **typed})
    with times.of("a fix of thousands, undone"):
        browser.ask("grid/ops", "POST", {"op": "undo"})
    for options in ("blank_mobile=infer&allow_mobile_updates=on", "blank_mobile=fail", "blank_mobile=infer"):
        with times.of("an option changed, to new counts"):
            browser.ask("options", "POST", options)
            browser.ask("grid/", show="problems")
    for _ in range(5):
        with times.of("the next problem"):
            browser.ask("grid/next", offset=0, column=0, show="all")
        with times.of("a text found in all columns"):
            browser.ask("grid/find", text="S00123", offset=0, show="all")
        with times.of("the panel of causes"):
            browser.ask("grid/causes", show="all")


def measure_browser(url: str, draft: Draft, rows: int, times: Times) -> None:
    """Look at it in Chromium: jump, type, and weigh what the page holds."""
    from tests.real.chromium import chromium  # noqa: PLC0415

    with chromium() as program:
        context = program.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "session", "value": draft.session, "url": url}])
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        received: list[int] = []
        wire.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
        for _ in range(3):
            with times.of("from address to first rows"):
                page.goto(f"{draft.path}?show=all")
                wait_for_rows(page)
        opened = sum(received) // 3
        with times.of("from file chosen to first rows"):
            upload(page, draft)
        page.goto(f"{draft.path}?show=all")
        wait_for_rows(page)
        for number in range(ROUNDS // 2):
            jump(page, times, (number + 1) * 7919 % rows)
        for number in range(ROUNDS // 2):
            type_one(page, times, number)
        print_heap(wire, page)
        times.show("browser")
        print(f"  opening the page, on the wire    {opened / 1024:7.1f} kB")
        context.close()


def upload(page: Any, draft: Draft) -> None:
    page.goto(draft.path.rpartition("imports/")[0] + "imports/new/")
    page.locator("input[type=file]").set_input_files(draft.file)
    page.get_by_role("button", name="Upload and preview").click()
    page.wait_for_selector(".grid-cell.is-problem", timeout=120_000)
    wait_for_rows(page)


def wait_for_rows(page: Any) -> None:
    page.wait_for_function("""() => {
      const rows = [...document.querySelectorAll(".grid-body [role=rowheader]")];
      return rows.length && rows.every((row) => row.textContent);
    }""")


def jump(page: Any, times: Times, to: int) -> None:
    """Scroll to another row of the file, as by dragging the bar, until the rows there are drawn."""
    with times.of("jump, to rows drawn"):
        page.evaluate("(top) => { document.querySelector('.grid-scroller').scrollTop = top; }", to * 32)
        page.wait_for_function("() => document.querySelector('.grid-skeleton')", timeout=2_000)
        wait_for_rows(page)


def type_one(page: Any, times: Times, number: int) -> None:
    """Type into a cell, until the server's verdict has taken the place of our own."""
    page.locator(".grid-body .grid-row:nth-child(8) .grid-cell[aria-colindex='4']").click()
    page.keyboard.type(f"Ann {number}")
    with times.of("typed to its verdict"):
        page.keyboard.press("Enter")
        page.wait_for_function("() => !document.querySelector('.is-saving')")


def print_heap(wire: Any, page: Any) -> None:
    wire.send("HeapProfiler.collectGarbage")
    heap = wire.send("Runtime.getHeapUsage")["usedSize"] / MB
    nodes = page.evaluate("document.querySelectorAll('*').length")
    print(f"browser: heap {heap:.1f} MB (target 15), {nodes:,} elements")


if __name__ == "__main__":
    main()
