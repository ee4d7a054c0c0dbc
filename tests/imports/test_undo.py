"""Undoing an import: what it changed goes back, unless it changed since; no opt-out becomes an opt-in (A4)."""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.contacts import edit
from muster.contacts.consent.channels import hear
from muster.contacts.models import Contact, CustomField
from muster.imports import undo, worker
from muster.imports.models import Import, State, WrongState
from muster.imports.undo import UndoPlan
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import ANA, BO, CY, HEADER, contact, drafted, everything, found, history, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

FULL = HEADER + ",OptedOut,WhatsAppOptedOut,WhatsAppMarketingOptedOut,StaffId,Major"


def undone(cast: Cast, imp: Import) -> Import:
    return worker.run_now(undo.undo(imp, cast.alice))


def test_it_removes_what_it_created(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))
    assert undo.look(imp) == UndoPlan(removed=2)

    entry = undone(cast, imp)

    imp.refresh_from_db()
    assert (imp.state, entry.state, entry.method, entry.undoes) == (State.UNDONE, State.DONE, "undo", imp)
    assert entry.summary["totals"]["removed"] == 2
    assert not Contact.objects.exists()
    assert found(cast.team, "nunez") == []


def test_it_keeps_what_was_changed_since(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))
    edit.update(contact(cast.team, "S2"), cast.alice, {"last_name": "Kaye"})
    assert undo.look(imp) == UndoPlan(removed=1, kept_created=1)

    undone(cast, imp)

    assert [each.contact_id for each in Contact.objects.all()] == ["S2"]


def test_it_restores_values_field_by_field(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    before = everything(cast.team)
    imp = imported(
        cast.team,
        cast.alice,
        sheet("S1,Anna,Nunez,+1 716 555 1234,", "S2,Bob,Kaye,,+44 1753 495009"),
        blank_mobile="infer",
    )
    edit.update(contact(cast.team, "S2"), cast.alice, {"last_name": "Kayes"})
    assert undo.look(imp) == UndoPlan(restored=1, partly=1)

    undone(cast, imp)

    assert everything(cast.team)[0] == before[0]
    bo = contact(cast.team, "S2")
    assert (bo.first_name, bo.last_name, bo.whatsapp_number) == ("Bo", "Kayes", "+441753495000")
    assert history(cast.team, "S1")[-1] == (
        "undone",
        {"first_name": "Anna", "last_name": "Nunez"},
        {"first_name": "Ana", "last_name": "Núñez"},
    )
    assert found(cast.team, "anna") == []


def test_it_never_opts_anybody_in(cast: Cast) -> None:
    header = HEADER + ",OptedOut,WhatsAppOptedOut"
    imported(cast.team, cast.alice, sheet(f"{ANA},no,yes", header=header))
    imp = imported(cast.team, cast.alice, sheet(f"{ANA},yes,no", header=header))
    assert undo.look(imp) == UndoPlan(partly=1, opt_outs_kept=1)

    undone(cast, imp)

    ana = contact(cast.team, "S1")
    assert (ana.text_out, ana.whatsapp_out) == (True, True)


def test_it_leaves_an_opt_out_that_came_later(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    edit.set_consent(contact(cast.team, "S1"), channel="text", opted_out=True, source="contact", by=None)

    undone(cast, imp)

    assert contact(cast.team, "S1").text_own_out


def test_it_gives_no_number_back_without_the_stop_it_said_meanwhile(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    imp = imported(cast.team, cast.alice, sheet("S1,Ana,Núñez,+1 716 555 9999,"), allow_mobile_updates=True)
    hear(cast.team, "+17165551234", "text", opted_out=True)
    assert not contact(cast.team, "S1").text_out

    undone(cast, imp)

    ana = contact(cast.team, "S1")
    assert (ana.mobile_number, ana.text_out, ana.text_own_out) == ("+17165551234", True, True)


def test_it_gives_assignments_back(cast: Cast) -> None:
    header = HEADER + ",StaffId"
    imported(cast.team, cast.alice, sheet(f"{ANA},007", header=header))
    imp = imported(cast.team, cast.alice, sheet(ANA))
    assert contact(cast.team, "S1").assigned_id is None

    undone(cast, imp)

    assert contact(cast.team, "S1").assigned_id == cast.membership(cast.bob).id


def test_it_gives_no_assignment_back_to_somebody_who_left(cast: Cast) -> None:
    header = HEADER + ",StaffId"
    imported(cast.team, cast.alice, sheet(f"{ANA},007", header=header))
    imp = imported(cast.team, cast.alice, sheet(f"{ANA},T01", header=header))
    cast.membership(cast.bob).delete()

    undone(cast, imp)

    assert contact(cast.team, "S1").assigned_id is None


def test_it_takes_the_id_from_an_adopted_contact(cast: Cast) -> None:
    added = edit.add(cast.team, cast.alice, {"first_name": "A", "last_name": "N", "mobile_number": "+17165551234"})
    imp = imported(cast.team, cast.alice, sheet(ANA))

    undone(cast, imp)

    added.refresh_from_db()
    assert (added.contact_id, added.first_name, added.mobile_number) == (None, "A", "+17165551234")


def test_it_keeps_a_number_whose_old_one_is_taken(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    imp = imported(cast.team, cast.alice, sheet("S1,Anna,Núñez,+1 716 555 9999,"), allow_mobile_updates=True)
    edit.add(cast.team, cast.alice, {"first_name": "A", "last_name": "B", "mobile_number": "+17165551234"})
    assert undo.look(imp) == UndoPlan(partly=1)

    undone(cast, imp)

    ana = contact(cast.team, "S1")
    assert (ana.first_name, ana.mobile_number) == ("Ana", "+17165559999")


def test_it_restores_no_value_of_a_field_that_has_gone(cast: Cast) -> None:
    field = CustomField.objects.create(team=cast.team, name="Major", name_folded="major")
    header = HEADER + ",Major"
    imported(cast.team, cast.alice, sheet(f"{ANA},Law", header=header))
    imp = imported(cast.team, cast.alice, sheet(f"{ANA},Art", header=header))
    Contact.objects.update(custom={})
    field.delete()

    undone(cast, imp)

    assert contact(cast.team, "S1").custom == {}


def test_it_undoes_imports_in_any_order(cast: Cast) -> None:
    first = imported(cast.team, cast.alice, sheet(ANA, BO))
    second = imported(cast.team, cast.alice, sheet("S1,Anna,Núñez,+1 716 555 1234,"))
    assert undo.look(first) == UndoPlan(removed=1, kept_created=1)

    undone(cast, second)
    assert undo.look(first) == UndoPlan(removed=2)
    undone(cast, first)

    assert not Contact.objects.exists()


def test_it_is_undone_once(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    same = Import.objects.get(pk=imp.pk)
    undo.undo(imp, cast.alice)
    with pytest.raises(WrongState):
        undo.undo(same, cast.alice)
    worker.one_round("me")

    for each in Import.objects.all():
        with pytest.raises(WrongState):
            undo.undo(each, cast.alice)


def test_it_is_undone_while_it_is_young_and_done(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    Import.objects.update(finished_at=timezone.now() - timedelta(days=15))
    imp.refresh_from_db()
    for each in (imp, drafted(cast.team, cast.alice, sheet(BO))):
        with pytest.raises(WrongState):
            undo.look(each)


def test_it_saves_nothing_when_an_undo_was_overtaken(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    undo.undo(imp, cast.alice)
    entry = worker.claim("me")
    assert entry is not None
    Import.objects.filter(pk=entry.pk).update(fence=99)

    assert worker.carry_out(entry) is None

    imp.refresh_from_db()
    assert imp.state == State.DONE
    assert Contact.objects.count() == 1


def comparable(team: Team) -> dict[int, dict[str, Any]]:
    """Contacts by key; every channel as one value, as undoing takes it."""
    values = {each["id"]: dict(each) for each in everything(team)}
    for each in values.values():
        for channel in ("text", "whatsapp", "whatsapp_marketing"):
            parts = ("out", "source", "by", "at", "own_out")
            each[channel] = tuple(each.pop(f"{channel}_{part}") for part in parts)
        each |= {f"custom.{key}": value for key, value in each.pop("custom").items()}
        del each["search_text"]
    return values


def random_rows(chance: random.Random, ids: list[str]) -> list[str]:
    rows = []
    for each in ids:
        mobile = chance.choice(["", f"+1 716 555 {chance.randrange(12):04d}"])
        whatsapp = chance.choice(["", f"+44 1753 49500{chance.randrange(9)}"])
        yes_no = [chance.choice(["", "yes", "no"]) for _ in range(3)]
        staff, major = chance.choice(["", "007", "T01"]), chance.choice(["", "Law", "Art"])
        rows.append(",".join([each, chance.choice(["Ana", "Bo"]), "Li", mobile, whatsapp, *yes_no, staff, major]))
    return rows


def change_later(chance: random.Random, cast: Cast, team: Team, one: Contact, field: CustomField) -> None:
    what = chance.randrange(4)
    if what == 0:
        edit.update(one, cast.alice, {"first_name": "Zed", "last_name": "Later"})
    elif what == 1:
        out = chance.random() < 0.6
        edit.set_consent(one, channel="whatsapp", opted_out=out, source="user", by=cast.alice)
    elif what == 2:
        edit.update(one, cast.alice, {field.key: "Music"})
    else:
        free = f"+1716555{chance.randrange(12):04d}"
        if not Contact.objects.filter(team=team, mobile_number=free).exists():
            edit.update(one, cast.alice, {"mobile_number": free})


def expected(
    before: dict[int, dict[str, Any]], done: dict[int, dict[str, Any]], now: dict[int, dict[str, Any]], *, key: int
) -> dict[str, Any] | None:
    """What one contact must be after the undo, by the words of the specification."""
    was, had, has = before.get(key), done[key], now[key]
    if was is None:
        return None if had == has else has
    left = dict(has)
    for name in {*was, *had}:
        if was.get(name) == had.get(name) or had.get(name) != has.get(name):
            continue
        if isinstance(has.get(name), tuple) and has[name][0] and not was[name][0]:
            continue
        left[name] = was.get(name)
    holders = {each["mobile_number"]: other for other, each in now.items()}
    if holders.get(left["mobile_number"], key) != key:
        left["mobile_number"] = has["mobile_number"]
    if was["mobile_number"] != had["mobile_number"] and left["mobile_number"] == has["mobile_number"]:
        left["mobile_inferred_at"] = has["mobile_inferred_at"]
    return left


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_it_is_the_inverse_of_the_import_save_what_changed_since(cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    team = Team.objects.create(slug=uuid4().hex, name="Law nine")
    for member in cast.team.memberships.all():
        team.memberships.create(user=member.user, role=member.role, staff_id=member.staff_id)
    field = CustomField.objects.create(team=team, name="Major", name_folded="major")
    edit.add(team, cast.alice, {"first_name": "By", "last_name": "Hand", "mobile_number": "+17165550003"})
    first, second = random_rows(chance, ["S1", "S2", "S3"]), random_rows(chance, ["S2", "S3", "S4", "S5", "S1"])
    imported(team, cast.alice, sheet(*first, header=FULL), blank_mobile="infer")
    before = comparable(team)
    imp = imported(team, cast.alice, sheet(*second, header=FULL), blank_mobile="infer", allow_mobile_updates=True)
    done = comparable(team)
    for one in Contact.objects.filter(team=team).order_by("id"):
        if chance.random() < 0.4:
            change_later(chance, cast, team, one, field)
    now = comparable(team)

    undone(cast, imp)

    left = comparable(team)
    for key, was in now.items():
        wanted, got = expected(before, done, now, key=key) or {}, left.get(key, {})
        names = {*wanted, *got}
        different = {
            name: (before.get(key, {}).get(name), done[key].get(name), was.get(name), wanted.get(name), got.get(name))
            for name in names
            if wanted.get(name) != got.get(name)
        }
        assert different == {}


def test_it_leaves_the_team_as_it_was_when_nothing_happened_since(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO, CY), blank_mobile="infer")
    before = everything(cast.team)
    imp = imported(
        cast.team,
        cast.alice,
        sheet("S1,Anna,N,+1 716 555 0001,+44 1753 495005", "S2,B,K,,", "S9,New,One,+1 716 555 0009,"),
        blank_mobile="infer",
        allow_mobile_updates=True,
    )
    undone(cast, imp)

    assert everything(cast.team) == before


def test_it_keeps_what_somebody_changed_there_and_back(cast: Cast) -> None:
    """The value is the import's own, but a person has said since that it shall be so."""
    imported(cast.team, cast.alice, sheet(ANA))
    imp = imported(cast.team, cast.alice, sheet(ANA.replace("Ana", "Anna")))
    for name in ("Anne", "Anna"):
        edit.update(contact(cast.team, "S1"), cast.bob, {"first_name": name})

    assert undo.look(imp) == UndoPlan(kept_changed=1)
