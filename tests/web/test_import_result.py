"""The result of an import, its downloads, the history, the guide."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.contacts.erase import erase
from muster.core.errors import REGISTRY
from muster.imports import retention, row_results, run, workspace
from muster.imports.draft import left_out
from muster.imports.models import Import, State
from muster.imports.store import blobs
from tests.cast import Cast
from tests.imports.play import ANA, BO, HEADER, contact, drafted, imported, sheet
from tests.web.drafts import address

pytestmark = pytest.mark.django_db(databases="__all__")

HISTORY = "/t/admissions/imports/"
BAD = "S9,,Ruiz,716-555-9999,"
WORSE = "S8,,,716-555-8888,0044"


def test_it_says_what_became_of_every_row(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO, BAD, WORSE))
    page = cast.browser(cast.alice).get(address(imp)).context
    assert (page["saved"], page["imp"].failed) == (2, 2)
    assert [(each["code"], each["field"], each["count"]) for each in page["causes"]] == [
        ("value-blank", "FirstName", 2),
        ("value-blank", "LastName", 1),
        ("phone-no-plus", "WhatsAppMobileNumber", 1),
    ]
    assert [(each["row"], each["code"]) for each in page["problems"]] == [
        (4, "value-blank"),
        (5, "value-blank"),
        (5, "value-blank"),
        (5, "phone-no-plus"),
    ]


def test_it_does_not_read_the_file_again(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BAD, WORSE))
    client = cast.browser(cast.alice)
    assert len(client.get(address(imp)).context["problems"]) == 4
    assert imp.pk not in workspace._kept

    row_results.rows_of(imp, "created")  # what was imported is in the file alone, which then is parsed once
    assert imp.pk in workspace._kept
    with CaptureQueriesContext(connections["default"]) as asked:
        assert [each.cells["FirstName"] for each in row_results.rows_of(imp, "created")] == ["Ana"]
    assert [each["sql"] for each in asked if '"data"' in each["sql"] and "'original'" in each["sql"]] == []


def test_it_filters_problems_by_code(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BAD, WORSE))
    page = cast.browser(cast.alice).get(address(imp) + "?code=phone-no-plus").context
    assert [(each["row"], each["code"]) for each in page["problems"]] == [(4, "phone-no-plus")]


def test_it_pages_through_many_problems(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, *[f"S{n},,x,," for n in range(1000, 1120)]))
    client = cast.browser(cast.alice)
    seen: list[int] = []
    query = ""
    while True:
        page = client.get(f"{address(imp)}?{query}").context
        seen += dict.fromkeys(each["row"] for each in page["problems"])
        query = page["more"]
        if not query:
            break
    assert seen == list(range(3, 123))


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?code=nonsense", "?after=99999999"])
def test_it_survives_any_address(cast: Cast, query: str) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BAD))
    assert cast.browser(cast.alice).get(address(imp) + query).status_code == 200


def test_it_downloads_the_rows_to_fix_that_upload_again(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BAD))
    answer = cast.browser(cast.alice).get(address(imp, "rows-to-fix.csv"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    again = imported(cast.team, cast.alice, answer.getvalue())
    assert (again.rows, again.failed) == (1, 1)


def test_it_downloads_what_changed_and_the_original(cast: Cast) -> None:
    data = sheet(ANA)
    imp, client = imported(cast.team, cast.alice, data), cast.browser(cast.alice)
    assert b"N\xc3\xba\xc3\xb1ez" in client.get(address(imp, "changes.csv")).getvalue()
    assert client.get(address(imp, "original")).getvalue() == data


def test_it_says_so_when_the_original_is_gone(cast: Cast) -> None:
    imp, client = imported(cast.team, cast.alice, sheet(ANA)), cast.browser(cast.alice)
    blobs.drop(imp, blobs.ORIGINAL)
    assert client.get(address(imp, "original")).status_code == 404
    assert "Original file" not in client.get(address(imp)).content.decode()


@pytest.mark.parametrize("path", ["changes.csv", "rows-to-fix.csv"])
def test_it_has_no_rows_of_a_refused_file(cast: Cast, path: str) -> None:
    imp = drafted(cast.team, cast.alice, b"%PDF")
    assert cast.browser(cast.alice).get(address(imp, path)).status_code == 404


def test_it_says_that_a_draft_was_left_alone_for_too_long(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(created_at=timezone.now() - timedelta(days=8))
    retention.prune()
    imp.refresh_from_db()
    assert imp.state == State.CANCELLED
    assert imp.failure in cast.browser(cast.alice).get(address(imp)).content.decode()
    assert "7 days" in imp.failure


def test_it_says_what_came_out_otherwise_than_on_the_preview(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(differs={"created": [2, 1], "number-taken": [0, 1]})
    assert len(cast.browser(cast.alice).get(address(imp)).context["differs"]) == 2


@pytest.mark.parametrize("state", [State.CHECKING, State.REFUSED, State.FAILED, State.CANCELLED])
def test_there_are_no_rows_to_fix_before_rows_were_left_out(cast: Cast, state: State) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD))
    Import.objects.filter(pk=imp.pk).update(state=state)
    for name in ("rows-to-fix.csv", "rows-to-fix.xlsx"):
        assert cast.browser(cast.alice).get(address(imp) + name).status_code == 404


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_it_says_that_nothing_was_imported(cast: Cast, state: State) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=state)
    assert "Nothing was" in cast.browser(cast.alice).get(address(imp)).content.decode()


def history(cast: Cast, query: str = "") -> list[Any]:
    answer = cast.browser(cast.alice).get(HISTORY + query)
    assert answer.status_code == 200
    return [(each.name, each.status) for each in answer.context["imports"]]


@pytest.fixture
def some(cast: Cast) -> list[Import]:
    """An import in each state, the oldest first, the last one by Olivia."""
    made = []
    for state in State:
        imp = drafted(cast.team, cast.alice, sheet(ANA), method="file")
        Import.objects.filter(pk=imp.pk).update(state=state, filename=f"{state}.csv")
        made.append(imp)
    Import.objects.filter(pk=made[-1].pk).update(created_by=cast.olivia)
    drafted(cast.other_team, cast.charlie, sheet(ANA))
    return made


def test_it_lists_the_imports_of_the_team_newest_first(cast: Cast, some: list[Import]) -> None:
    assert [name for name, _ in history(cast)] == [f"{state}.csv" for state in reversed(State)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?status=draft", {"ready.csv", "refused.csv"}),
        ("?status=under-way", {"checking.csv", "waiting.csv", "importing.csv"}),
        ("?status=done", {"done.csv"}),
        ("?status=problems", set()),
        ("?status=failed", {"failed.csv"}),
        ("?status=stopped", {"cancelled.csv"}),
        ("?status=undone", {"undone.csv"}),
        ("?since=2999-01-01", set()),
        ("?until=2000-01-01", set()),
    ],
)
def test_it_filters_the_history(cast: Cast, some: list[Import], query: str, names: set[str]) -> None:
    assert {name for name, _ in history(cast, query)} == names


def test_it_filters_the_history_by_person(cast: Cast, some: list[Import]) -> None:
    assert len(history(cast, f"?person={cast.olivia.pk}")) == 1
    assert len(history(cast, f"?person={cast.alice.pk}")) == len(State) - 1


@pytest.mark.parametrize("query", ["?status=x", "?person=x", "?since=2025-13-99", "?until=x", "?page=99", "?page=x"])
def test_it_leaves_aside_filters_that_say_nothing(cast: Cast, some: list[Import], query: str) -> None:
    assert len(history(cast, query)) == len(State)


def test_it_teaches_when_there_is_no_import_yet(cast: Cast) -> None:
    page = cast.browser(cast.alice).get(HISTORY)
    assert page.context["is_new"]
    for part in ("new/", "template.csv", "/fields/"):
        assert part in page.content.decode()


def test_it_shows_days_in_full(cast: Cast, some: list[Import]) -> None:
    day = some[0].created_at
    Import.objects.filter(pk=some[0].pk).update(created_at=day - timedelta(days=3))
    before = (day - timedelta(days=3)).date().isoformat()
    assert len(history(cast, f"?since={before}&until={before}")) == 1


def test_it_has_an_entry_for_every_code_in_the_guide(cast: Cast) -> None:
    html = cast.browser(cast.bob).get("/guide/errors").content.decode()
    assert [code for code in REGISTRY if f'id="{code}"' not in html] == []
    assert cast.browser().get("/guide/errors").status_code == 302


def test_it_sends_the_same_headers_with_every_page(cast: Cast) -> None:
    answer = cast.browser(cast.alice).get(HISTORY)
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


def test_it_takes_an_import_that_is_looked_at_by_another_first(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    run.cancel(imp, cast.alice)
    answer = cast.browser(cast.alice).post(address(imp, "options"), {"blank_mobile": "infer"})
    assert answer.headers["Location"] == address(imp)


def test_opt_outs_of_left_out_rows_are_found_by_number_too(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    header = f"{HEADER},OptedOut"
    told = sheet("S9,Ana,Núñez,+1 716 555 1234,,yes", "S2,Bo,Kay,716-555-2345,,no", "S2,Bo,K,,,yes", header=header)
    draft = drafted(cast.team, cast.alice, told)
    client = cast.browser(cast.alice)
    confirming = client.get(address(draft, "confirm/"))
    assert confirming.context["left_out_opt_outs"] == 2
    assert "+1 716-555-1234" in confirming.content.decode()

    said = [str(each) for each in client.post(address(draft, "opt-outs"), follow=True).context["messages"]]
    assert said == [
        "1 opt-out applied.",
        "1 more is of somebody whom this import adds: apply it once the import is done.",
    ]
    assert contact(cast.team, "S1").text_out

    done = imported(cast.team, cast.alice, told)
    assert done.opt_outs_left_out == 1
    client.post(address(done, "opt-outs"))
    assert contact(cast.team, "S2").text_out


def test_an_erased_number_tells_of_nobody_any_more(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    done = imported(cast.team, cast.alice, sheet("S9,Ana,Núñez,+1 716 555 1234,,yes", header=f"{HEADER},OptedOut"))
    erase(contact(cast.team, "S1"), cast.alice)

    (row,) = row_results.rows_of(done)
    assert [dict(each.facts or {}) for each in row.notes] == [{"channel": "text", "number": "(erased)"}]
    assert left_out.apply(done, cast.alice) == 0
