"""Many contacts at once: assigned and opted out, with their history, the counts, and nobody of another team."""

from __future__ import annotations

from typing import Any

import pytest

from muster.contacts import counts, many
from muster.contacts.models import Change, Contact, ManyStep, Tombstone
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.contacts.some import contact

pytestmark = pytest.mark.django_db(databases="__all__")

HERE = "/t/admissions/contacts/"


def everybody(cast: Cast) -> None:
    for number in range(5):
        contact(cast.team, f"N{number}", contact_id=f"S{number}", mobile_number=f"+1716555010{number}")
    contact(cast.other_team, "Zed", contact_id="Z1", mobile_number="+17165550109")


def test_assigning_writes_history_and_keeps_the_counts(cast: Cast) -> None:
    everybody(cast)
    counts.counts_of(cast.team)
    bob = cast.membership(cast.bob)
    ours = Contact.objects.filter(team=cast.team)

    assert many.assign(cast.team, cast.alice, ours, bob) == 5
    assert many.assign(cast.team, cast.alice, ours, bob) == 0
    assert many.assign(cast.team, cast.alice, ours.filter(contact_id="S1"), None) == 1

    assert ours.filter(assigned=bob).count() == 4
    assert Contact.objects.filter(team=cast.other_team, assigned=None).count() == 1
    [first, second] = Change.objects.filter(team=cast.team, contact=ours.get(contact_id="S1").id).order_by("id")
    assert (first.before, first.after, second.after) == ({"assigned": None}, {"assigned": bob.pk}, {"assigned": None})
    assert counts.counts_of(cast.team).now == counted_anew(cast)


def test_opting_out_is_the_user_s_word_for_each_and_keeps_the_counts(cast: Cast) -> None:
    everybody(cast)
    counts.counts_of(cast.team)
    ours = Contact.objects.filter(team=cast.team)

    assert many.opt_out(cast.team, cast.alice, ours.exclude(contact_id="S0"), "text") == 4
    assert many.opt_out(cast.team, cast.alice, ours, "text") == 1

    assert set(ours.values_list("text_out", "text_source", "text_by")) == {(True, "user", cast.alice.pk)}
    assert Contact.objects.filter(team=cast.other_team, text_out=False).count() == 1
    change: Any = Change.objects.filter(team=cast.team, contact=ours.get(contact_id="S1").id).get()
    assert (change.action, change.before["text"][0], change.after["text"][0]) == ("consent", False, True)
    assert counts.counts_of(cast.team).now == counted_anew(cast)
    assert AuditEntry.objects.filter(team=cast.team, action="contacts-opted-out").count() == 2


def counted_anew(cast: Cast) -> dict[str, int]:
    kept = counts.counts_of(cast.team)
    before = dict(kept.now)
    kept.delete()
    anew = counts.counts_of(cast.team).now
    return {key: anew.get(key, 0) for key in before}


def test_the_ticked_rows_are_confirmed_by_their_number(cast: Cast) -> None:
    everybody(cast)
    browser = cast.browser(cast.alice)
    ids = list(Contact.objects.filter(contact_id__in=["S1", "S2", "Z1"]).values_list("id", flat=True))
    asked: dict[str, Any] = {"which": "ticked", "do": f"assign:{cast.membership(cast.bob).pk}", "id": ids}

    page = browser.get(f"{HERE}several/", asked)
    assert (page.context["count"], sorted(page.context["names"])) == (2, ["N1 X", "N2 X"])
    assert browser.post(f"{HERE}several/", {**asked, "count": "3"}).status_code == 409
    browser.post(f"{HERE}several/", {**asked, "count": "2"})

    assert Contact.objects.filter(assigned=cast.membership(cast.bob)).count() == 2


def test_all_hits_are_those_of_the_filters(cast: Cast) -> None:
    everybody(cast)
    address = f"{HERE}several/?where=contact_id%3Ais-not%3AS3"
    asked = {"which": "all", "do": "out:whatsapp", "count": "4"}
    assert cast.browser(cast.alice).post(address, asked).status_code == 302
    assert Contact.objects.get(contact_id="S3").whatsapp_out is False
    assert Contact.objects.filter(whatsapp_out=True).count() == 4


@pytest.mark.parametrize("do", ["assign:999999", "assign:x", "out:fax", "erase:x", "export:x"])
def test_what_there_is_not_to_do_is_not_found(cast: Cast, do: str) -> None:
    assert cast.browser(cast.alice).get(f"{HERE}several/", {"which": "all", "do": do}).status_code == 404


def test_a_user_of_another_team_is_nobody_to_assign_to(cast: Cast) -> None:
    theirs = cast.membership(cast.charlie).pk
    assert cast.browser(cast.alice).get(f"{HERE}several/", {"do": f"assign:{theirs}"}).status_code == 404


def bulk(cast: Cast, do: str, count: int, **more: str) -> Any:
    asked = {"which": "all", "do": do, "count": str(count), **more}
    return cast.browser(cast.alice).post(f"{HERE}several/", asked)


def test_erasing_many_leaves_nothing_but_tombstones_and_says_that_it_is_for_good(cast: Cast) -> None:
    everybody(cast)
    page = cast.browser(cast.alice).get(f"{HERE}several/?which=all&do=erase").content.decode()
    assert "Somebody who only wants no more messages" in page
    assert bulk(cast, "erase", 4).status_code == 409
    assert bulk(cast, "erase", 5).status_code == 302
    assert Contact.objects.filter(team=cast.team).count() == 0
    assert Contact.objects.filter(team=cast.other_team).count() == 1
    assert Tombstone.objects.filter(team=cast.team).count() == 5
    assert AuditEntry.objects.filter(team=cast.team, action="contact-erased").count() == 5
    assert "nothing of them is kept" in cast.browser(cast.alice).get(f"{HERE}several/done/").content.decode()


def test_a_step_has_a_limit_and_says_who_is_left(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody(cast)
    monkeypatch.setattr(many, "MOST_ERASED", 2)
    monkeypatch.setattr(many, "MOST", 3)
    browser = cast.browser(cast.alice)
    page = browser.get(f"{HERE}several/?which=all&do=erase").content.decode()
    assert "This is done to the first 2 of them." in page
    asked = {"which": "all", "do": "erase", "count": "5"}
    told = browser.post(f"{HERE}several/", asked, follow=True).content.decode()
    assert "still to be done to: 3" in told
    assert many.opt_out(cast.team, cast.alice, Contact.objects.filter(team=cast.team), "text") == 3


def test_an_assignment_of_many_is_undone_where_nobody_has_changed_it_since(cast: Cast) -> None:
    everybody(cast)
    counts.counts_of(cast.team)
    alice, bob = cast.membership(cast.alice), cast.membership(cast.bob)
    ours = Contact.objects.filter(team=cast.team)
    many.assign(cast.team, cast.alice, ours.filter(contact_id="S0"), alice)
    many.assign(cast.team, cast.alice, ours, bob)
    many.assign(cast.team, cast.bob, ours.filter(contact_id="S4"), alice)
    step = ManyStep.objects.filter(team=cast.team, count=5).get()

    browser = cast.browser(cast.alice)
    assert "Assigned to <bdi>Bob Brown</bdi>" in browser.get(f"{HERE}several/done/").content.decode()
    asked = browser.get(f"{HERE}several/done/{step.pk}/undo").content.decode()
    assert "Assign 4 contacts as before again?" in asked
    assert "1 contact was assigned anew or removed since, and stays as it is." in asked
    assert ours.filter(assigned=bob).count() == 4
    told = browser.post(f"{HERE}several/done/{step.pk}/undo", follow=True).content.decode()
    assert "assigned as before again: 4" in told
    assert dict(ours.values_list("contact_id", "assigned")) == {
        "S0": alice.pk,
        "S1": None,
        "S2": None,
        "S3": None,
        "S4": alice.pk,
    }
    assert counts.counts_of(cast.team).now == counted_anew(cast)
    again = browser.post(f"{HERE}several/done/{step.pk}/undo", follow=True).content.decode()
    assert "not any more" in again


def test_an_opt_out_of_many_is_not_undone_and_the_page_says_why(cast: Cast) -> None:
    everybody(cast)
    assert bulk(cast, "out:text", 5).status_code == 302
    step = ManyStep.objects.get(team=cast.team)
    assert "an opt-out stays" in cast.browser(cast.alice).get(f"{HERE}several/done/").content.decode()
    cast.browser(cast.alice).post(f"{HERE}several/done/{step.pk}/undo")
    assert Contact.objects.filter(team=cast.team, text_out=True).count() == 5


def test_ticked_contacts_are_exported(cast: Cast) -> None:
    everybody(cast)
    ids = [str(Contact.objects.get(team=cast.team, contact_id=key).id) for key in ("S1", "S3")]
    answer = cast.browser(cast.alice).post(f"{HERE}several/", {"id": ids, "do": "export", "count": "2"})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split(",")[0] for line in lines[1:]] == ["S1", "S3"]
    assert "Exported" in cast.browser(cast.alice).get(f"{HERE}several/done/").content.decode()
    assert [(each.what, each.count) for each in ManyStep.objects.filter(team=cast.team)] == [("export", 2)]


def test_whom_a_step_changed_is_a_list(cast: Cast) -> None:
    everybody(cast)
    ours = Contact.objects.filter(team=cast.team)
    many.opt_out(cast.team, cast.alice, ours.exclude(contact_id="S0"), "text")
    many.opt_out(cast.team, cast.alice, ours, "text")
    first, second = ManyStep.objects.filter(team=cast.team).order_by("id")
    page = cast.browser(cast.alice).get(f"{HERE}several/done/").content.decode()
    assert f"{HERE}?step={first.pk}" in page
    assert "asks for the permission" in page
    browser = cast.browser(cast.bob)
    for step, found in ((first, ["S4", "S3", "S2", "S1"]), (second, ["S0"])):
        lines = browser.get(f"{HERE}?step={step.pk}").context["lines"]
        assert [line.contact.contact_id for line in lines] == found
    many.erase(cast.team, cast.alice, ours.filter(contact_id="S0"))
    for nothing in ("x", "0", ManyStep.objects.filter(team=cast.team, what="erase").get().pk):
        assert browser.get(f"{HERE}?step={nothing}").status_code == 404
    assert cast.browser(cast.charlie).get(f"/t/financial-aid/contacts/?step={first.pk}").status_code == 404


def test_another_team_s_step_is_not_found(cast: Cast) -> None:
    everybody(cast)
    many.opt_out(cast.team, cast.alice, Contact.objects.filter(team=cast.team), "text")
    step = ManyStep.objects.get()
    assert cast.browser(cast.charlie).post(f"/t/financial-aid/contacts/several/done/{step.pk}/undo").status_code == 404
