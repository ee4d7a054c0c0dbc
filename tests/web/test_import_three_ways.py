"""The same file fixed in the grid, row by row in forms, and over the API: one plan."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from muster.core.verdicts import Plan
from muster.imports import workspace
from muster.imports.models import Import
from muster.teams import tokens
from tests.cast import Cast
from tests.imports.play import drafted
from tests.web.drafts import MESSY, MESSY_HEADER, address, messy

pytestmark = pytest.mark.django_db(databases="__all__")

FIXED = {
    3: {"WhatsAppMobileNumber": "+44 1753 495000"},
    4: {"LastName": "Lee", "WhatsAppMobileNumber": "+44 1753 495001"},
    6: {"StaffId": "007"},
    7: {"WhatsAppMobileNumber": "", "WhatsAppOptedOut": "yes", "Term": "Fall"},
}
OUT = 8
Way = Callable[[Cast, Import], None]


def in_the_grid(cast: Cast, imp: Import) -> None:
    """Fixes for many rows, a paste, cells, a row left out, options on the page; and a step too many, undone."""
    client = cast.browser(cast.alice)

    def send(part: str, **body: Any) -> None:
        method = "PATCH" if part == "cells" else "POST"
        answer = client.generic(method, address(imp, f"grid/{part}"), json.dumps(body), content_type="application/json")
        assert answer.status_code == 200, answer.content

    def fix(name: str, header: str, **typed: str) -> None:
        rows = {"show": "all", "code": "", "field": ""}
        send("ops", op="fix", fix=name, header=header, filter=rows, typed=typed)

    fix("add-plus", "WhatsAppMobileNumber")
    fix("fill", "LastName", value="Lee")
    fix("map", "StaffId", **{"map:T77": "007"})
    block = {"offset": 0, "column": 4, "values": [["", "yes"]]}
    send("cells", show="problems", code="yesno-unknown", field="WhatsAppOptedOut", block=block)
    send("cells", cells=[[7, 7, "Fall"], [2, 1, "Nobody"]])
    send("ops", op="undo")
    send("cells", cells=[[7, 7, "Fall"]])
    send("ops", op="leave-out", show="new", rows=[len(FIXED) + 1, len(FIXED) + 1], out=True)
    client.post(address(imp, "options"), {"blank_mobile": "infer", "opt_back_in": "keep"})


def in_row_forms(cast: Cast, imp: Import) -> None:
    client, header = cast.browser(cast.alice), MESSY_HEADER.split(",")
    client.post(address(imp, "options"), {"blank_mobile": "infer", "opt_back_in": "keep"})
    for row, cells in FIXED.items():
        typed = {f"cell-{header.index(name)}": value for name, value in cells.items()}
        client.post(address(imp, f"rows/{row}/"), {**typed, "back": "show=problems"})
    client.post(address(imp, f"rows/{OUT}/leave-out"))


def over_the_api(cast: Cast, imp: Import) -> None:
    client = cast.browser()
    token = {"authorization": f"Bearer {tokens.make(cast.alice, 'test')[1]}"}
    where = f"/api/v1/teams/{cast.team.slug}/imports/{imp.pk}"
    edits: list[dict[str, Any]] = [
        {"row": row, "header": name, "value": value} for row, cells in FIXED.items() for name, value in cells.items()
    ]
    for path, body in (("/rows", [*edits, {"row": OUT, "leave_out": True}]), ("", {"opt_back_in": "keep"})):
        answer = client.patch(where + path, json.dumps(body), content_type="application/json", headers=token)
        assert answer.status_code == 200, answer.content


def plan_of(imp: Import, *, anew: bool) -> Plan:
    """The plan that was followed from edit to edit, or one made anew as another process would."""
    if anew:
        workspace._kept.clear()
    return workspace.look(Import.objects.get(pk=imp.pk)).plan


@pytest.mark.parametrize("anew", [False, True])
def test_they_give_the_same_plan_row_by_row(cast: Cast, *, anew: bool) -> None:
    first = messy(cast)
    data = "\n".join((MESSY_HEADER, *MESSY)).encode()
    others = [drafted(cast.team, cast.alice, data, method="file", blank_mobile="infer") for _ in range(2)]
    made: dict[str, tuple[Plan, Any]] = {}
    for way, imp in zip((in_the_grid, in_row_forms, over_the_api), (first, *others), strict=True):
        way(cast, imp)
        made[way.__name__] = plan_of(imp, anew=anew), workspace.table(Import.objects.get(pk=imp.pk)).rows

    plan, rows = made["over_the_api"]
    assert [verdict.outcome for verdict in plan.verdicts] == ["updated", *["created"] * 5, "failed"]
    assert made["in_the_grid"] == (plan, rows)
    assert made["in_row_forms"] == (plan, rows)
