"""How the house is built, in five figures: functions, the chain of imports, folders, the way of one upload, tests.

    python -m bench.structure [--way] [--json]

`--way` lists the files of the longest chain and of the upload. The upload is a real one: a file posted to the page, its
preview, Confirm, the worker, the mail; counted is every file of the product of which a function runs on the way.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import statistics
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from types import FrameType
from typing import Any

TOP = Path(__file__).resolve().parents[1]
PRODUCT = TOP / "muster"
NEW = "/t/admissions-demo/imports/new/"
HIDDEN = re.compile(r'<input type="hidden" name="(.*?)" value="(.*?)"')
ROWS = """ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program
Z{0},Ana,Ruiz,+1 212 555 010{0},,Biology
Z9,,Kay,12,,Biology
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.structure")
    parser.add_argument("--way", action="store_true", help="list the longest chain and the files of one upload")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    chain, way, (folder, modules) = longest_chain(), files_of_one_upload(), fullest_folder()
    figures = {
        "function, median / p90 / max lines": " / ".join(f"{each:.0f}" for each in functions()),
        "longest chain of imports": len(chain),
        "fullest folder": f"{modules}, {folder}",
        "product files run by one upload, to the mail": len(way),
        "tests : code": round(lines("tests") / lines("muster"), 2),
    }
    if asked.json:
        print(json.dumps(figures | {"chain": chain, "way": way}, indent=1))
        return
    for name, figure in figures.items():
        print(f"{name:<46} {figure}")
    if asked.way:
        print("\nThe longest chain:", *chain, sep="\n  ")
        print("\nOne upload runs:", *way, sep="\n  ")


def product_files() -> list[Path]:
    return sorted(path for path in PRODUCT.rglob("*.py") if "migrations" not in path.parts)


def functions() -> tuple[float, float, int]:
    """Lines of the product's functions: the median, nine of ten, the longest."""
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in product_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return statistics.median(lengths), statistics.quantiles(lengths, n=10)[-1], max(lengths)


def fullest_folder() -> tuple[str, int]:
    """The folder with most modules, and how many."""
    counted = Counter(path.parent for path in product_files() if path.name != "__init__.py")
    folder, modules = counted.most_common(1)[0]
    return str(folder.relative_to(TOP)), modules


def lines(folder: str) -> int:
    """Lines of Python that are not blank."""
    files = [path for path in (TOP / folder).rglob("*.py") if "migrations" not in path.parts]
    return sum(1 for path in files for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """`muster.core.plan`; a package by its folder."""
    parts = path.relative_to(TOP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_graph() -> dict[str, set[str]]:
    """Which module of the product imports which others, at its top or inside a function."""
    names = {name_of(path) for path in product_files()}
    return {name_of(path): set(imported(path, names)) - {name_of(path)} for path in product_files()}


def imported(path: Path, names: set[str]) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [f"{node.module}.{each.name}" for each in node.names]
            yield from (each if each in names else node.module for each in modules if {each, node.module} & names)


def longest_chain() -> list[str]:
    """The modules of the longest way from one import to the next."""
    graph = import_graph()

    @cache
    def longest_from(name: str) -> tuple[str, ...]:
        return (name, *max((longest_from(each) for each in sorted(graph[name])), key=len, default=()))

    return list(max((longest_from(name) for name in sorted(graph)), key=len))


def files_of_one_upload() -> list[str]:
    """Every file of the product that runs between a person's upload and the mail about it."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        os.environ |= {"MUSTER_DATA": folder, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "muster.django_settings"}
        upload = prepared()
        upload(1)  # once unseen: what is done once for a process is no part of the way
        return seen_while(lambda: upload(2))


def prepared() -> Callable[[int], None]:
    """A demo team with Ana signed in; returns what uploads a file, confirms it and waits for the mail."""
    import django  # noqa: PLC0415  it reads the settings above

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415  after the set-up
    from django.test import Client  # noqa: PLC0415

    from muster import demo  # noqa: PLC0415
    from muster.cli.serving import migrate_database  # noqa: PLC0415
    from muster.imports import worker  # noqa: PLC0415
    from muster.imports.mailing import mail_sender  # noqa: PLC0415
    from muster.imports.models import Import, Mail, State  # noqa: PLC0415
    from muster.teams.models import User  # noqa: PLC0415

    migrate_database(quiet=True)
    demo.make()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(email=demo.ANA.email))

    def upload(turn: int) -> None:
        file = SimpleUploadedFile("contacts.csv", ROWS.format(turn).encode())
        draft = client.post(NEW, {"file": file, "blank_mobile": "fail"}).headers["Location"]
        client.get(draft)
        page = client.get(f"{draft}confirm/").content.decode()
        client.post(f"{draft}confirm/", {name: unescape(value) for name, value in HIDDEN.findall(page)})
        while worker.one_round("bench"):
            pass
        mail_sender.send_due()
        imp = Import.objects.latest("created_at")
        if imp.state != State.DONE or Mail.objects.filter(sent_at=None).exists():
            raise RuntimeError(f"the import is {imp.state}, or its mail is not sent")

    return upload


def seen_while(work: Callable[[], Any]) -> list[str]:
    """The files of the product of which a function runs, in this thread or another."""
    files: set[str] = set()

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            files.add(frame.f_code.co_filename)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return sorted(str(Path(file).relative_to(TOP)) for file in files if file.startswith(f"{PRODUCT}{os.sep}"))


if __name__ == "__main__":
    main()
