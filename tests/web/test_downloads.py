"""Every download of the product, with formulas wherever a text can be: a spreadsheet runs none of them."""

import csv
import io
import unicodedata
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from muster.contacts.models import Contact, CustomField, StopWord
from muster.core import Kind
from muster.teams import tokens
from muster.teams.models import Team, User
from muster.workbooks.book import CONTENT_TYPE
from tests.cast import join, make_user
from tests.imports.play import drafted, imported
from tests.web.doors import PAGES
from tests.web.test_walls import World, addresses, operations, path_of, world  # noqa: F401  a fixture
from tests.workbooks.opened import Opened

pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases="__all__")]

FORMULAS = ["=1+1", "+1+cmd|x", "-1+x", "@SUM(A1)", "'=1", "＝1+1", "＋1+x", "－1+x", "＠SUM"]  # noqa: RUF001
HIDDEN = ["\t=1", "\r=1", "\n=1", "\ufeff=1", "\u200b=1", " =1", "\n＝1"]  # noqa: RUF001  which no reader keeps
RUN = frozenset("=+-@＝＋－＠")  # noqa: RUF001
NAMED = ("=Field", "＝Field")  # noqa: RUF001
ASKED = {"audience": "?reach=text&send=assigned"}  # what an address wants to be asked for before it gives a file
PAGES_THAT_GIVE_FILES = {
    "imports:template",
    "imports:template_workbook",
    "imports:rows_to_fix",
    "imports:fix_workbook",
    "imports:changes",
    "contacts:export",
    "contacts:workbook",
    "contacts:audience",
    "contacts:stopped",
}
OPERATIONS_THAT_GIVE_FILES = {
    "GET /teams/{team}/template.csv",
    "GET /teams/{team}/template.xlsx",
    "GET /teams/{team}/contacts.csv",
    "GET /teams/{team}/contacts.xlsx",
    "GET /teams/{team}/imports/{import_id}/rows-to-fix.csv",
    "GET /teams/{team}/imports/{import_id}/rows-to-fix.xlsx",
}
AS_THEY_CAME = {"imports:original"}  # the person's own file, byte for byte


def would_run(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula, whatever cannot be seen before it."""
    start = 0
    while start < len(cell) and unicodedata.category(cell[start])[0] in "CZ":
        start += 1
    text = cell[start:].strip()
    return text[:1] in RUN and not text.lstrip("+-").replace(" ", "").isdigit()


def filled(team: Team, admin: User) -> tuple[str, str]:
    """Put formulas everywhere; return an import that is done and one that is a draft."""
    for place, name in enumerate(NAMED, 1):
        CustomField.objects.create(team=team, name=name, name_folded=name, kind=Kind.TEXT, position=place)
    header = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber", "StaffId", "Animal", *NAMED]
    lines = []
    for number, text in enumerate(FORMULAS):
        member = join(team, make_user(f"={number}+cmd", "@x"), staff_id=text.lstrip("'"))
        lines.append([f"{text}{number}", text, text, f"+1 716 555 {number:04}", "", member.staff_id or "", *[text] * 3])
        said: dict[str, Any] = {"number": f"+1716556{number:04}", "said": text, "through": text, "at": timezone.now()}
        StopWord.objects.create(team=team, key=said["number"], channel="text", **said)
    imported(team, admin, written([header, *lines]))
    changed = [[line[0], f"{line[1]}2", *line[2:], text] for line, text in zip(lines, FORMULAS, strict=True)]
    bad = [[text] * len(header) + ["", text, text] for text in FORMULAS + HIDDEN]
    more = written([[*header, "@Other"], *changed, *bad])
    done = imported(team, admin, more, columns={"@Other": None})
    draft = drafted(team, admin, more, columns={"@Other": None})
    assert (done.updated, done.failed, draft.failed) == (len(lines), len(bad), len(bad)), done.summary["problem_counts"]
    assert Contact.objects.filter(team=team, first_name__startswith="=").exists()
    return str(done.pk), str(draft.pk)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def cells_of(answer: Any) -> list[str]:
    """The cells of a file that is to be saved; of a workbook, that they are texts is what matters."""
    data = b"".join(answer.streaming_content)
    assert int(answer.headers["Content-Length"]) == len(data)
    if answer.headers["Content-Type"] == CONTENT_TYPE:
        opened = Opened(data)
        assert opened.formulas() == []
        cells = [cell for place in range(1, len(opened.sheets) + 1) for cell in opened.cells(place).values()]
        assert {kind for kind, _ in cells} == {"inlineStr"}
        return [f"'{text}" if would_run(text) else text for _, text in cells]
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    return [cell for row in rows for cell in row]


def is_file(answer: Any) -> bool:
    return str(answer.headers.get("Content-Disposition", "")).startswith("attachment")


def harmless(files: dict[str, list[str]]) -> None:
    """No file has a cell that would run, and each has some that were guarded."""
    assert {name: run for name, cells in files.items() if (run := [cell for cell in cells if would_run(cell)])} == {}
    assert [name for name, cells in files.items() if not any(cell.startswith("'=") for cell in cells)] == []


def test_no_cell_of_any_page_s_download_is_run(world: World) -> None:  # noqa: F811
    ours, files = world.ours, dict[str, list[str]]()
    client = world.cast.browser(world.cast.alice)
    done, draft = filled(ours.team, world.cast.alice)
    for name in PAGES.keys() - AS_THEY_CAME:
        for pk in (done, draft) if name.startswith("imports:") else ("",):
            if pk:
                ours.ids[name] = {**ours.ids["imports:"], "pk": pk}
            answer = client.get(path_of(name, addresses()[name], ours) + ASKED.get(name.split(":")[-1], ""))
            if is_file(answer):
                files.setdefault(name, []).extend(cells_of(answer))

    assert files.keys() == PAGES_THAT_GIVE_FILES
    harmless(files)


def test_no_cell_of_any_operation_s_download_is_run(world: World) -> None:  # noqa: F811
    done, _ = filled(world.ours.team, world.cast.alice)
    bearer, files = f"Bearer {tokens.make(world.cast.alice, 'files')[1]}", {}
    for label, method, path in operations():
        if method == "get":
            answer = Client().get(
                path.format(**world.ours.api | {"import_id": done}), headers={"authorization": bearer}
            )
            if is_file(answer):
                files[label] = cells_of(answer)

    assert files.keys() == OPERATIONS_THAT_GIVE_FILES
    harmless(files)
