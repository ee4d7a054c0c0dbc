"""A large draft is planned by the worker alone: pages and API show windows of what it saw, P10 holds."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.contacts import erase
from muster.contacts.models import Contact
from muster.imports import row_results, run, worker, workspace
from muster.imports.draft.draft import Draft
from muster.imports.filters import CHIPS
from muster.imports.models import Content, Import, State
from muster.imports.store import seen
from muster.settings import settings
from muster.teams import tokens
from tests.cast import Cast
from tests.imports.play import ANA, BO, CY, drafted, imported, sheet
from tests.web.drafts import address, messy, said

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever has more than a row is large, and a window holds three; nothing of it is ever in memory here."""
    monkeypatch.setattr(settings(), "page_rows", 1)
    monkeypatch.setattr(seen, "WINDOW", 3)
    yield
    assert all(space.last is None for space in workspace._kept.values())


def fresh(imp: Import) -> Import:
    return Import.objects.select_related("team").get(pk=imp.pk)


def looked_at(imp: Import) -> Import:
    """Let the worker look, which is another process: it keeps nothing here."""
    while worker.one_round("a worker"):
        pass
    workspace._kept.clear()
    return fresh(imp)


def small(imp: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "page_rows", 100)
    Import.objects.filter(pk=imp.pk).update(is_large=False)


def bearer(cast: Cast) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.make(cast.alice, 'test')[1]}"}


def shown(context: Any) -> Any:
    """What a Review page says of its rows."""
    rows = [(row.number, row.chip, [*row.messages], [*row.cells]) for row in context["rows"]]
    return rows, [(each["words"], each["count"]) for each in context["chips"]], context["page"].paginator.count


def causes(context: Any) -> list[tuple[str, str | None, int, str]]:
    return [(each.code, each.field, each.rows, each.query) for kind in ("causes", "warnings") for each in context[kind]]


def test_pages_say_the_same_as_of_a_small_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imp, client = looked_at(messy(cast)), cast.browser(cast.alice)
    filters = [f"?show={chip}" for chip in CHIPS] + [
        "?show=problems&code=number-needs-plus", "?show=all&field=MobileNumber",
        "?show=problems&code=value-blank&field=LastName",
    ]  # fmt: skip
    pages = [client.get(address(imp) + each).context for each in filters]
    told = client.get(address(imp, "confirm/")).context
    api = [row_results.row_view(each) for each in row_results.iterate(imp)]
    plans = [(each.before, each.after) for each in row_results.iterate(imp)]
    to_fix = "".join(row_results.rows_to_fix(imp))

    small(imp, monkeypatch)
    imp = fresh(imp)
    for query, page in zip(filters, pages, strict=True):
        now = client.get(address(imp) + query).context
        assert (query, *shown(page)) == (query, *shown(now))
        assert causes(page) == causes(now)
        assert (page["rows_ready"], page["asks_opt_outs"]) == (now["rows_ready"], now["asks_opt_outs"])
    now = client.get(address(imp, "confirm/")).context
    assert (told["told"].as_shown(), told["people"]) == (now["told"].as_shown(), now["people"])
    assert api == [row_results.row_view(each) for each in row_results.iterate(imp)]
    assert json.dumps(plans, default=str) == json.dumps(
        [(each.before, each.after) for each in row_results.iterate(imp)], default=str
    )
    assert to_fix == "".join(row_results.rows_to_fix(imp))
    workspace._kept.clear()


def test_pages_go_through_its_windows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.imports.pages.review.PAGE_ROWS", 4)
    rows = [f"S{n},Ana,{'' if n % 3 == 0 else 'Ruiz'},," for n in range(1, 21)]
    imp, client = (
        looked_at(drafted(cast.team, cast.alice, sheet(*rows), blank_mobile="infer")),
        cast.browser(cast.alice),
    )

    found = [client.get(address(imp) + f"?show=all&page={page}").context["rows"] for page in range(1, 6)]
    assert [row.number for page in found for row in page] == [*range(2, 22)]
    bad = [client.get(address(imp) + f"?show=problems&code=value-blank&field=LastName&page={page}") for page in (1, 2)]
    assert [row.number for page in bad for row in page.context["rows"]] == [4, 7, 10, 13, 16, 19]


def test_rows_are_not_edited_by_hand_and_the_page_says_so(cast: Cast) -> None:
    imp, client = looked_at(messy(cast)), cast.browser(cast.alice)
    page = client.get(address(imp)).content.decode()
    assert "too many rows to edit them here" in page
    assert "/rows/" not in page
    assert "data-import-grid" not in page

    for path in ("rows/3/leave-out", "undo-step", "redo-step", "fix/"):
        assert client.post(address(imp, path)).headers["Location"] == address(imp)
        assert "too many rows" in said(client, address(imp))[0]
    assert client.get(address(imp, "rows/3/")).status_code == 302
    assert client.get(address(imp, "grid/")).status_code == 409
    assert fresh(imp).revision == 0


def test_the_api_edits_cells_of_it_and_the_worker_looks_again(cast: Cast) -> None:
    imp = looked_at(messy(cast))
    headers = bearer(cast)
    path, client = f"/api/v1/teams/{cast.team.slug}/imports/{imp.pk}/rows", cast.browser()
    edits = [{"row": 4, "header": "LastName", "value": "Li"}, {"row": 6, "leave_out": True}]

    answer = client.patch(path, json.dumps(edits), content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["state"]) == (200, "checking")
    missing = [{"row": 99, "header": "LastName", "value": "Li"}]
    imp = looked_at(imp)
    assert client.patch(path, json.dumps(missing), content_type="application/json", headers=headers).status_code == 422

    rows = {each["row"]: each for each in client.get(path, headers=headers).json()["items"]}
    assert rows[4]["values"]["LastName"] == "Li"
    assert rows[6]["problems"][0]["code"] == "row-left-out"
    assert imp.edits.get().cells == [[4, "LastName", "", "Li"], [6, None, False, True]]


def test_what_was_shown_is_what_is_imported(cast: Cast) -> None:
    imp, client = looked_at(drafted(cast.team, cast.alice, sheet(ANA, BO))), cast.browser(cast.alice)
    page = client.get(address(imp, "confirm/")).context
    client.post(address(imp, "confirm/"), {"shown": page["shown"], "revision": imp.revision})
    assert fresh(imp).state == State.WAITING
    assert not Content.objects.filter(of=imp, part="seen").exists()

    looked_at(imp)
    assert (fresh(imp).state, Contact.objects.count()) == (State.DONE, 2)


def confirmed_late(cast: Cast, data: bytes, meanwhile: bytes) -> Import:
    """Confirm what was shown before somebody else imported."""
    imp, client = looked_at(drafted(cast.team, cast.alice, data)), cast.browser(cast.alice)
    page = client.get(address(imp, "confirm/")).context
    imported(cast.team, cast.alice, meanwhile)
    workspace._kept.clear()
    client.post(address(imp, "confirm/"), {"shown": page["shown"], "revision": imp.revision})
    imp = fresh(imp)
    assert (imp.state, imp.confirmed) == (State.CHECKING, True)  # planned by the worker, never by the page
    return looked_at(imp)


def test_contacts_that_changed_without_changing_it_do_not_hold_it_up(cast: Cast) -> None:
    imp = confirmed_late(cast, sheet(ANA, BO), meanwhile=sheet(CY))
    assert (imp.state, imp.confirmed_by) == (State.DONE, cast.alice)
    assert imp.differs == {}


def test_contacts_that_change_what_it_does_are_told_and_asked_about(cast: Cast) -> None:
    imp = confirmed_late(cast, sheet(ANA, BO), meanwhile=sheet(ANA))
    assert (imp.state, imp.confirmed, imp.revision, imp.confirmed_by) == (State.READY, False, 1, None)

    client = cast.browser(cast.alice)
    page = client.get(address(imp, "confirm/")).context
    assert page["since"] == ["New: 2 before, 1 now.", "No change: 0 before, 1 now."]
    client.post(address(imp, "confirm/"), {"shown": page["shown"], "revision": 0})
    assert fresh(imp).state == State.READY
    client.post(address(imp, "confirm/"), {"shown": page["shown"], "revision": 1})
    assert looked_at(imp).state == State.DONE


def test_the_api_is_told_by_the_state_and_a_new_revision(cast: Cast) -> None:
    imp = looked_at(drafted(cast.team, cast.alice, sheet(ANA, BO)))
    headers = bearer(cast)
    path = f"/api/v1/teams/{cast.team.slug}/imports/{imp.pk}"
    imported(cast.team, cast.alice, sheet(ANA))
    workspace._kept.clear()

    def confirm(revision: int) -> Any:
        said = json.dumps({"revision": revision})
        return cast.browser().post(f"{path}/confirm", said, content_type="application/json", headers=headers)

    assert confirm(0).json()["state"] == "checking"
    looked_at(imp)
    now = cast.browser().get(path, headers=headers).json()
    assert (now["state"], now["revision"]) == ("ready", 1)
    assert confirm(0).status_code == 409
    assert confirm(1).json()["state"] == "waiting"


def test_it_is_compared_again_when_asked(cast: Cast) -> None:
    imp, client = looked_at(drafted(cast.team, cast.alice, sheet(ANA, BO))), cast.browser(cast.alice)
    assert not client.get(address(imp)).context["contacts_changed"]
    imported(cast.team, cast.alice, sheet(ANA))
    workspace._kept.clear()
    assert client.get(address(imp)).context["contacts_changed"]

    client.post(address(imp, "look-anew"))
    imp = looked_at(imp)
    assert (imp.state, imp.created, imp.unchanged) == (State.READY, 1, 1)
    assert not client.get(address(imp)).context["contacts_changed"]


def test_whoever_is_erased_is_gone_from_what_was_seen(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, CY))
    imp = looked_at(drafted(cast.team, cast.alice, sheet(ANA, BO)))
    erase.erase(Contact.objects.get(contact_id="S1"), cast.olivia)
    assert not Content.objects.filter(of=imp, part="seen").exists()

    imp = looked_at(imp)
    assert (imp.state, imp.failed) == (State.READY, 1)


def test_one_that_an_earlier_version_looked_at_is_looked_at_again(cast: Cast) -> None:
    imp, client = looked_at(drafted(cast.team, cast.alice, sheet(ANA, BO))), cast.browser(cast.alice)
    Content.objects.filter(of=imp, part="seen").delete()
    assert client.get(address(imp)).templates[0].name == "imports/progress.html"
    imp = looked_at(imp)
    assert client.get(address(imp)).templates[0].name == "imports/review.html"


def test_a_large_file_that_is_refused_asks_about_its_columns(cast: Cast) -> None:
    data = sheet(ANA + ",x", BO + ",y", header="ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Shoe")
    imp, client = looked_at(drafted(cast.team, cast.alice, data)), cast.browser(cast.alice)
    assert imp.state == State.REFUSED
    page = client.get(address(imp))
    assert [row.header for row in page.context["table"].rows if row.is_open] == ["Shoe"]

    client.post(address(imp, "columns"), {"column:Shoe": "-"})
    assert looked_at(imp).state == State.READY


def test_a_draft_is_never_planned_twice_by_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imp, client = looked_at(messy(cast)), cast.browser(cast.alice)
    monkeypatch.setattr(Draft, "of", None)
    for path in ("", "confirm/", "columns", "reading/", "rows-to-fix.csv", "progress"):
        assert client.get(address(imp, path)).status_code == 200, path
    assert run.summed_up(imp).summary == imp.summary


def test_its_rows_to_fix_are_read_window_by_window(cast: Cast) -> None:
    rows = [f"S{n},Ana,,," for n in range(1, 41)]
    imp = looked_at(drafted(cast.team, cast.alice, sheet(*rows), blank_mobile="infer"))

    _, failed = row_results.failed_rows(imp)
    opened = []
    for some in (1, 39):
        with CaptureQueriesContext(connection) as asked:
            assert len(list(islice(failed, some))) == some
        opened.append(sum("imports_content" in each["sql"] for each in asked))
    assert opened == [1, 13]  # windows of three rows: none before it is needed
