"""The JSON behind the grid of the Review page."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from muster.imports import run, workspace
from muster.imports.draft import edits
from muster.imports.grid import views
from muster.imports.models import Edit, Import, State
from muster.teams.sign_in.pace import Pace
from tests.cast import Cast, join, make_user
from tests.imports.play import drafted, sheet
from tests.web.drafts import MESSY_HEADER, address, cell, messy

pytestmark = pytest.mark.django_db(databases="__all__")

Answer = dict[str, Any]


@pytest.fixture
def imp(cast: Cast) -> Import:
    """Rows 3, 4, 6 and 7 have problems."""
    return messy(cast)


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.browser(cast.alice)


def get(client: Client, imp: Import, part: str = "", status: int = 200, **query: Any) -> Answer:
    answer = client.get(address(imp, f"grid/{part}"), query)
    assert answer.status_code == status, answer.content
    found: Answer = answer.json()
    return found


def send(client: Client, imp: Import, body: Mapping[str, Any], *, part: str = "cells", status: int = 200) -> Answer:
    method = "PATCH" if part == "cells" else "POST"
    answer = client.generic(method, address(imp, f"grid/{part}"), json.dumps(body), content_type="application/json")
    assert answer.status_code == status, answer.content
    found: Answer = answer.json()
    return found


def op(client: Client, imp: Import, name: str, *, status: int = 200, **body: Any) -> Answer:
    return send(client, imp, {"op": name, **body}, part="ops", status=status)


def numbers(answer: Answer) -> list[int]:
    return [row["n"] for row in answer["rows"]]


def known(answer: Answer) -> Answer:
    """What a browser says back of what it was told."""
    return {key: answer[key] for key in ("rev", "v", "step")} | {"list": answer["list"]["rev"]}


def test_it_returns_a_window_of_the_rows_of_a_filter(client: Client, imp: Import) -> None:
    answer = get(client, imp, "rows", offset=1, limit=2, show="problems")

    assert (answer["total"], answer["rev"], answer["list"]) == (4, 0, 0)
    row, _ = answer["rows"]
    assert (row["n"], row["s"], row["v"][:2]) == (4, "problems", ["S3", "Cy"])
    assert [said[:2] for said in row["e"].values()] == [["problem", "value-blank"], ["problem", "phone-no-plus"]]


def test_it_shows_what_an_update_changes_and_what_is_inferred(client: Client, imp: Import) -> None:
    first, *_, inferred, _, _, _ = get(client, imp, "rows", offset=0, limit=9)["rows"]

    assert first["b"]["1"] == ["Ana", "Anna", "changed"]
    assert inferred["b"]["3"][1:] == ["+44 1753 495002", "inferred"]


def test_it_describes_the_columns(client: Client, imp: Import) -> None:
    columns = get(client, imp, columns=1)["columns"]

    assert ",".join(each["header"] for each in columns) == MESSY_HEADER
    assert [each["problems"] for each in columns] == [0, 0, 1, 0, 3, 1, 1, 1]


def test_an_edit_returns_its_verdict_and_the_counts(client: Client, imp: Import) -> None:
    before = get(client, imp, show="problems")
    answer = send(client, imp, known(before) | {"show": "problems", "cells": [[4, 2, "Okafor"], [4, 4, ""]]})

    [row] = answer["rows"]
    assert (row["n"], row["s"], row["e"], row["x"]) == (4, "new", {}, [2, 4])
    assert (answer["rev"], answer["counts"]["problems"], answer["problems"][2]) == (1, 3, 0)
    assert (answer["list"]["total"], answer["list"]["gone"]) == (4, 1)
    assert (answer["done"]["count"], answer["done"]["problems"], answer["undo"]) == (2, 0, "Edit 2 cells")
    imp.refresh_from_db()
    assert (imp.created, imp.failed) == (3, 3)


def test_an_edit_that_reaches_another_row_returns_both(client: Client, cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet("S1,A,A,+1 716 555 1234,", "S2,B,B,+1 716 555 1234,"), method="file")
    before = get(client, imp)
    answer = send(client, imp, known(before) | {"cells": [[2, 3, "+1 716 555 2345"]]})

    assert numbers(answer) == [2, 3]
    assert answer["counts"]["problems"] == 0


def test_a_fixed_row_stays_until_the_filter_is_pressed_again(client: Client, imp: Import) -> None:
    pressed = get(client, imp, show="problems")
    answer = send(client, imp, known(pressed) | {"show": "problems", "cells": [[6, 6, "T01"], [5, 0, ""]]})

    query = {"show": "problems", "list": pressed["list"]["rev"], "offset": 0, "limit": 9}
    assert numbers(get(client, imp, "rows", **query)) == [3, 4, 6, 7]
    assert (answer["list"]["gone"], answer["list"]["joined"]) == (1, 1)
    del query["list"]
    assert numbers(get(client, imp, "rows", **query)) == [3, 4, 5, 7]


def test_another_process_shows_the_same_list(client: Client, imp: Import) -> None:
    pressed = get(client, imp, show="problems")
    send(client, imp, {"cells": [[6, 6, "T01"]]})
    workspace._kept.clear()
    query = {"show": "problems", "list": pressed["list"]["rev"], "offset": 0, "limit": 9}

    assert numbers(get(client, imp, "rows", **query)) == [3, 4, 6, 7]
    cache.clear()
    workspace._kept.clear()
    answer = get(client, imp, "rows", **query)
    assert (numbers(answer), answer["list"]) == ([3, 4, 7], 1)  # forgotten by all: pressed anew, and said so


def test_somebody_else_s_rows_come_with_the_next_answer(client: Client, cast: Cast, imp: Import) -> None:
    ben = make_user("Ben", "Bell")
    join(cast.team, ben, "admin")  # type: ignore[arg-type]  # a choice is its word
    seen = get(client, imp)
    send(cast.browser(ben), imp, {"cells": [[4, 2, "Okafor"]]})
    answer = send(client, imp, known(seen) | {"cells": [[6, 6, "T01"]]})

    assert (numbers(answer), answer["others"]) == ([4, 6], ["Ben Bell"])
    assert "others" not in send(client, imp, known(answer) | {"cells": [[6, 6, ""]]})


def test_a_browser_that_knows_nothing_we_know_is_told_to_forget(client: Client, imp: Import, monkeypatch: Any) -> None:
    seen = get(client, imp)
    workspace._kept.clear()

    assert send(client, imp, known(seen) | {"cells": [[6, 6, "T01"]]})["rows"] is None


def test_nothing_changed_is_no_step(client: Client, imp: Import) -> None:
    answer = send(client, imp, {"cells": [[4, 1, "Cy"]]})

    assert (answer["done"], answer["rev"], Edit.objects.filter(of=imp).count()) == (None, 0, 0)


def test_a_block_is_pasted_whole_or_not_at_all(client: Client, imp: Import) -> None:
    block = {"offset": 1, "column": 1, "values": [["Di", "Lee"], ["Ed", "Moe"]]}
    answer = send(client, imp, {"show": "problems", "block": block, "how": "paste"})
    assert (cell(imp, 4, "LastName"), cell(imp, 6, "FirstName")) == ("Lee", "Ed")
    assert answer["undo"] == "Paste 2 cells"

    for offset, column, place in ((3, 1, "below"), (1, 7, "right of")):
        said = send(
            client, imp, {"show": "problems", "block": block | {"offset": offset, "column": column}}, status=422
        )
        assert place in said["problem"]
    assert Edit.objects.filter(of=imp).count() == 1


def test_a_range_is_set_cleared_undone_and_redone(client: Client, imp: Import) -> None:
    op(client, imp, "set", rows=[0, 6], columns=[7, 7], value="Fall", how="paste")
    assert {cell(imp, row, "Term") for row in range(2, 9)} == {"Fall"}
    answer = op(client, imp, "set", rows=[0, 1], columns=[6, 7], value="", how="clear")
    assert (answer["undo"], cell(imp, 3, "StaffId")) == ("Clear 4 cells", "")

    answer = op(client, imp, "undo")
    assert (answer["undo"], answer["redo"], cell(imp, 3, "StaffId")) == ("Paste 4 cells", "Clear 4 cells", "007")
    assert (op(client, imp, "redo")["redo"], cell(imp, 3, "StaffId")) == (None, "")
    assert op(client, imp, "redo")["done"] is None


def test_rows_are_left_out_and_restored(client: Client, imp: Import) -> None:
    answer = op(client, imp, "leave-out", show="problems", rows=[0, 1])
    assert (answer["counts"]["left-out"], answer["counts"]["problems"], answer["undo"]) == (2, 2, "Leave out 2 rows")
    answer = op(client, imp, "leave-out", show="problems", list=0, rows=[0, 0], out=False)
    assert (answer["counts"]["left-out"], answer["undo"]) == (1, "Restore row 3")


def test_a_fix_is_shown_then_done_then_undone_as_one_step(client: Client, imp: Import) -> None:
    cause = {"show": "problems", "code": "phone-no-plus", "field": "WhatsAppMobileNumber"}
    shown = op(client, imp, "fix", fix="add-plus", filter=cause, preview=True, inputs=True)
    assert (shown["header"], shown["cells"], shown["examples"][0]) == (
        "WhatsAppMobileNumber",
        2,
        [3, "WhatsAppMobileNumber", "441753495000", "+44 1753 495000"],
    )
    assert Edit.objects.filter(of=imp).count() == 0

    answer = op(client, imp, "fix", fix="add-plus", filter=cause)
    assert (answer["done"]["count"], cell(imp, 3, "WhatsAppMobileNumber")) == (2, "+44 1753 495000")
    op(client, imp, "undo")
    assert cell(imp, 3, "WhatsAppMobileNumber") == "441753495000"


@pytest.mark.parametrize(
    ("fix", "header", "key"),
    [("region", "WhatsAppMobileNumber", "regions"), ("map", "StaffId", "values"), ("fill", "Term", "choices")],
)
def test_a_fix_says_what_it_asks(client: Client, imp: Import, fix: str, header: str, key: str) -> None:
    shown = op(client, imp, "fix", fix=fix, header=header, filter={"show": "all"}, preview=True, inputs=True)

    assert shown["problem"]
    assert shown[key]
    op(client, imp, "fix", fix=fix, header=header, filter={"show": "all"}, status=422)


def test_it_goes_from_problem_to_problem_round_the_file(client: Client, imp: Import) -> None:
    at: Answer = {}
    seen = []
    for _ in range(8):
        found = get(client, imp, "next", **at)
        seen.append((found["row"], found["column"]))
        at = {"offset": found["offset"], "column": found["column"]}
    assert seen == [(3, 4), (4, 2), (4, 4), (6, 6), (7, 4), (7, 5), (7, 7), (3, 4)]
    assert get(client, imp, "next", back=1, **at)["row"] == 7
    elsewhere = get(client, imp, "next", show="new", offset=0, column=0)
    assert (elsewhere["row"], elsewhere["offset"]) == (6, None)  # row 5 is the first of the list


def test_it_finds_text_in_the_rows_shown(client: Client, imp: Import) -> None:
    found = get(client, imp, "find", text="fall", offset=0)
    assert found == {"count": 3, "nth": 1, "offset": 0, "column": 7, "rev": 0}
    assert get(client, imp, "find", text="fall", offset=0, column=7)["offset"] == 1
    assert get(client, imp, "find", text="fall", offset=0, match_case=1)["count"] == 0
    assert get(client, imp, "find", text="a", whole_cell=1, offset=0)["count"] == 0
    assert get(client, imp, "find", text="fall", show="problems", offset=0, column=7, back=1)["nth"] == 2


def test_the_panel_of_causes_follows_and_the_summary_with_it(client: Client, imp: Import) -> None:
    send(client, imp, {"cells": [[4, 2, "Okafor"]]})
    imp.refresh_from_db()
    assert imp.looked != imp.revision
    answer = client.get(address(imp, "grid/causes"))

    assert b"LastName is blank" not in answer.content
    assert "value-blank" not in run.summed_up(imp).summary["problem_counts"]
    imp.refresh_from_db()
    assert imp.looked != imp.revision  # whoever only reads writes nothing


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cells": [[4, 99, "x"]]},
        {"cells": [[4, 2, 7]]},
        {"cells": [["4", 2]]},
        {"cells": [[999, 2, "x"]]},
        {"block": {"offset": -1, "column": 0, "values": [["x"]]}},
        {"block": []},
        [],
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(client: Client, imp: Import, body: Any) -> None:
    assert send(client, imp, body, status=422)["problem"]
    assert Edit.objects.filter(of=imp).count() == 0


@pytest.mark.parametrize("name", ["", "drop", "set", "leave-out", "fix"])
def test_a_step_that_makes_no_sense_is_refused(client: Client, imp: Import, name: str) -> None:
    assert op(client, imp, name, status=422)["problem"]


def test_a_draft_that_the_worker_looks_at_has_no_grid(client: Client, imp: Import) -> None:
    assert b"data-import-grid" in client.get(address(imp)).content
    Import.objects.filter(pk=imp.pk).update(size=10**9)

    assert b"data-import-grid" not in client.get(address(imp)).content


def test_it_is_too_late_once_the_import_has_begun(client: Client, cast: Cast, imp: Import) -> None:
    run.confirm(imp, cast.alice)
    assert imp.state == State.WAITING
    answer = send(client, imp, {"cells": [[4, 2, "Okafor"]]}, status=409)

    assert (answer["state"], answer["reload"]) == ("waiting", True)


def test_only_admins_of_the_team_may_and_only_with_the_token(cast: Cast, imp: Import) -> None:
    body = json.dumps({"cells": [[4, 2, "Okafor"]]})
    for who, status in ((cast.bob, 403), (cast.charlie, 404), (None, 302)):
        for part in ("", "rows?offset=0&limit=1", "next", "find?text=a&offset=0", "causes"):
            assert cast.browser(who).get(address(imp, f"grid/{part}")).status_code == status
        answer = cast.browser(who).generic("PATCH", address(imp, "grid/cells"), body, content_type="application/json")
        assert answer.status_code == status
    strict = cast.browser(cast.alice, csrf=True)
    assert strict.generic("PATCH", address(imp, "grid/cells"), body, content_type="application/json").status_code == 403
    assert strict.post(address(imp, "grid/ops"), {"op": "undo"}, content_type="application/json").status_code == 403


def test_somebody_who_asks_too_fast_waits(client: Client, imp: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Pace(per_second=0.001, burst=2)
    monkeypatch.setattr(views.WRITES, "_buckets", slow._buckets)
    monkeypatch.setattr(views.WRITES, "per_second", 0.001)
    monkeypatch.setattr(views.WRITES, "burst", 2)
    answers = [op(client, imp, "undo", status=status) for status in (200, 200, 429)]

    assert answers[2]["problem"]


def test_the_grid_the_forms_and_the_api_make_the_same_plan(cast: Cast, client: Client) -> None:
    fixes = [
        (3, "WhatsAppMobileNumber", "+44 1753 495000"),
        (4, "LastName", "Okafor"),
        (4, "WhatsAppMobileNumber", ""),
        (6, "StaffId", "T01"),
    ]
    one = messy(cast)
    by_form, by_api = (
        drafted(cast.team, cast.alice, _file(one), method="file", blank_mobile="infer") for _ in range(2)
    )
    header = get(client, one, columns=1)["columns"]
    for row, name, value in fixes:
        column = next(place for place, each in enumerate(header) if each["header"] == name)
        send(client, one, {"cells": [[row, column, value]]})
        page = client.get(address(by_form, f"rows/{row}/")).context
        inputs = {f"cell-{each.place}": each.cell.text for each in (*page["first_cells"], *page["other_cells"])}
        client.post(address(by_form, f"rows/{row}/"), inputs | {f"cell-{column}": value, "stay": "yes"})
    edits.edit(by_api, cast.alice, fixes, (), "Changed by API")

    plans = [workspace.look(Import.objects.get(pk=each.pk)).verdicts for each in (one, by_form, by_api)]
    assert plans[0] == plans[1] == plans[2]
    assert [verdict.outcome for verdict in plans[0]].count("failed") == 1


def _file(imp: Import) -> bytes:
    return bytes(imp.contents.get(part="original").data)
