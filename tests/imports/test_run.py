"""The story of an import: received, looked at, confirmed, run."""

import pytest

from muster.contacts import custom_fields, edit
from muster.contacts.models import Change, Contact, CustomField
from muster.core.fields import Options
from muster.core.known import Lookup
from muster.core.problems import BadFile
from muster.imports import run, worker, workspace
from muster.imports.models import Import, State, WrongState
from muster.imports.store import contact_writer, facts
from muster.settings import Settings
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.imports.meanwhile import just_before
from tests.imports.play import (
    ANA,
    BO,
    CY,
    HEADER,
    contact,
    drafted,
    found,
    history,
    imported,
    is_recent,
    problems,
    sheet,
    totals,
)

pytestmark = pytest.mark.django_db(databases="__all__")


def test_it_looks_at_a_file_and_changes_nothing(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO, CY))

    assert (imp.state, totals(imp), problems(imp)) == (State.READY, (2, 0, 0, 1), [(4, "MobileNumber", "value-blank")])
    assert not Contact.objects.exists()
    assert not Change.objects.exists()


def test_it_imports_what_it_said(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO, CY))
    run.confirm(imp, cast.alice)
    done = worker.run_now(imp)

    assert (done.state, totals(done), done.differs) == (State.DONE, (2, 0, 0, 1), {})
    ana = contact(cast.team, "S1")
    assert (ana.first_name, ana.last_name, ana.mobile_number, ana.whatsapp_number) == (
        "Ana", "Núñez", "+17165551234", None,
    )  # fmt: skip
    assert (ana.text_out, ana.text_source, ana.text_by) == (False, "import", cast.alice.id)
    assert is_recent(ana.text_at)
    assert is_recent(ana.created_at)
    assert found(cast.team, "nunez") == ["S1"]


def test_it_writes_the_history_of_every_contact(cast: Cast) -> None:
    first = imported(cast.team, cast.alice, sheet(ANA, BO))
    imported(cast.team, cast.alice, sheet("S1,Anna,Núñez,+1 716 555 1234,", BO))

    created, updated = history(cast.team, "S1")
    assert (created[0], created[1]) == ("created", None)
    assert created[2]["first_name"] == "Ana"
    assert updated == ("updated", {"first_name": "Ana"}, {"first_name": "Anna"})
    assert len(history(cast.team, "S2")) == 1
    entry = Change.objects.filter(team=cast.team).order_by("id")[0]
    assert (entry.import_id, entry.row, entry.by, entry.source) == (first.pk, 2, cast.alice.id, "import")


def test_it_finds_everything_unchanged_the_second_time(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO, CY), blank_mobile="infer")
    written = list(Contact.objects.order_by("id").values_list("id", "updated_at"))
    again = imported(cast.team, cast.alice, sheet(ANA, BO, CY), blank_mobile="infer")

    assert totals(again) == (0, 0, 3, 0)
    assert list(Contact.objects.order_by("id").values_list("id", "updated_at")) == written
    assert Change.objects.count() == 3


def test_it_infers_a_number_and_says_when(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(CY), blank_mobile="infer")

    cy = contact(cast.team, "S3")
    assert (cy.mobile_number, cy.whatsapp_number, cy.text_out) == ("+441753495001", "+441753495001", True)
    assert cy.mobile_inferred_at
    assert is_recent(cy.mobile_inferred_at)


def test_it_keeps_custom_values_and_finds_them(cast: Cast) -> None:
    field = CustomField.objects.create(team=cast.team, name="Major", name_folded="major")
    hidden = CustomField.objects.create(team=cast.team, name="Code", name_folded="code", searchable=False, position=1)
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Major,Code"
    imported(cast.team, cast.alice, sheet(f"{ANA},Zoölogy,xyzzy", f"{BO},,", header=header))
    imported(cast.team, cast.alice, sheet(f"{ANA},Botany,xyzzy", f"{BO},,", header=header))

    assert contact(cast.team, "S1").custom == {str(field.id): "Botany", str(hidden.id): "xyzzy"}
    assert contact(cast.team, "S2").custom == {}
    assert found(cast.team, "botan") == ["S1"]
    assert found(cast.team, "zoolog") == []
    assert found(cast.team, "xyzzy") == []


def test_it_assigns_contacts_and_takes_them_back(cast: Cast) -> None:
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,StaffId"
    imported(cast.team, cast.alice, sheet(f"{ANA},007", f"{BO},T99", header=header))

    assert contact(cast.team, "S1").assigned_id == cast.membership(cast.bob).id
    assert not Contact.objects.filter(contact_id="S2").exists()

    imported(cast.team, cast.alice, sheet(ANA))

    assert contact(cast.team, "S1").assigned_id is None
    assert history(cast.team, "S1")[1] == ("updated", {"assigned": cast.membership(cast.bob).id}, {"assigned": None})


def test_it_remembers_who_was_assigned_without_a_staff_id(cast: Cast) -> None:
    bob = cast.membership(cast.bob)
    imported(cast.team, cast.alice, sheet(ANA))
    edit.update(contact(cast.team, "S1"), cast.alice, {"assigned": bob.id})
    bob.staff_id = None
    bob.save()
    imported(cast.team, cast.alice, sheet(ANA))

    assert history(cast.team, "S1")[-1] == ("updated", {"assigned": bob.id}, {"assigned": None})


def test_it_adopts_a_contact_added_by_hand(cast: Cast) -> None:
    added = edit.add(cast.team, cast.alice, {"first_name": "A", "last_name": "N", "mobile_number": "+17165551234"})
    imp = imported(cast.team, cast.alice, sheet(ANA))

    assert (totals(imp), imp.summary["note_counts"]) == ((0, 1, 0, 0), {"contact-adopted": 1, "name-changed": 1})
    adopted = contact(cast.team, "S1")
    assert (adopted.id, adopted.first_name) == (added.id, "Ana")
    assert history(cast.team, "S1")[-1][0] == "adopted"
    assert found(cast.team, "nunez") == ["S1"]


def test_it_keeps_a_contacts_own_opt_out(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    edit.set_consent(contact(cast.team, "S1"), channel="text", opted_out=True, source="contact", by=None)
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut"
    imp = imported(cast.team, cast.alice, sheet(f"{ANA},no", header=header))

    assert (totals(imp), imp.summary["note_counts"]) == ((0, 0, 1, 0), {"opt-out-kept": 1})
    ana = contact(cast.team, "S1")
    assert (ana.text_out, ana.text_source, ana.text_own_out) == (True, "contact", True)


def test_it_keeps_teams_apart(cast: Cast) -> None:
    imported(cast.other_team, cast.charlie, sheet("S1,Else,Where,+1 716 555 1234,"))
    imp = imported(cast.team, cast.alice, sheet(ANA))

    assert totals(imp) == (1, 0, 0, 0)
    assert contact(cast.other_team, "S1").first_name == "Else"


def test_it_warns_of_ids_that_lost_their_zeros(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet("00123,Ana,Núñez,+1 716 555 1234,"))
    imp = imported(cast.team, cast.alice, sheet("123,Ana,Núñez,+1 716 555 1235,", BO))

    assert imp.summary["note_counts"] == {"id-zeros-lost": 1}


def test_it_looks_for_lost_zeros_in_the_usual_lengths_only(cast: Cast) -> None:
    lengths = [5, 5, 6, 6, 7, 7, 8, 8, 9, 10]
    people = (f"{n:0{length}},Ana,Li,+1 716 555 {n:04}," for n, length in enumerate(lengths, 10))
    imported(cast.team, cast.alice, sheet(*people))

    assert facts.of(cast.team, Lookup(["10", "18"], set(), set())).known.zeros == {"10": "00010"}


def test_it_refuses_a_file_it_cannot_read(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, b"Name\nAna")

    assert (imp.state, imp.rows) == (State.REFUSED, 0)
    assert imp.summary["problem_counts"] == {"header-unknown": 1, "header-missing": 5}
    with pytest.raises(BadFile):
        workspace.look(imp)
    with pytest.raises(WrongState):
        run.confirm(imp, cast.alice)


def test_it_takes_an_answer_for_an_unknown_header(cast: Cast) -> None:
    header = "ContactId,FirstName,LastName,Cell,WhatsAppMobileNumber"
    imp = drafted(cast.team, cast.alice, sheet(ANA, header=header))
    assert imp.state == State.REFUSED

    run.revise(imp, cast.alice, Options(columns={"Cell": "MobileNumber"}))

    assert (imp.state, imp.revision, totals(imp)) == (State.READY, 1, (1, 0, 0, 0))


def test_it_says_what_differs_from_the_preview(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO))
    run.confirm(imp, cast.alice)
    edit.add(
        cast.team,
        cast.alice,
        {"contact_id": "S9", "first_name": "A", "last_name": "B", "mobile_number": "+17165551234"},
    )
    done = worker.run_now(imp)

    assert totals(done) == (1, 0, 0, 1)
    assert done.differs == {"created": [2, 1], "failed": [0, 1], "number-taken": [0, 1]}


def test_it_looks_again_when_contacts_have_changed(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    before = workspace.look(imp)
    assert workspace.look(imp) is before
    edit.add(cast.team, cast.alice, {"first_name": "A", "last_name": "B", "mobile_number": "+17165551234"})

    assert [each.outcome for each in workspace.look(imp).verdicts] == ["updated"]


def test_it_refuses_at_the_last_moment_when_a_field_has_gone(cast: Cast) -> None:
    field = CustomField.objects.create(team=cast.team, name="Major", name_folded="major")
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Major"
    imp = drafted(cast.team, cast.alice, sheet(f"{ANA},Law", header=header))
    run.confirm(imp, cast.alice)
    field.delete()
    done = worker.run_now(imp)

    assert (done.state, done.summary["problem_counts"]) == (State.REFUSED, {"header-unknown": 1})
    assert not Contact.objects.exists()


def test_it_confirms_once(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    same = Import.objects.get(pk=imp.pk)
    run.confirm(imp, cast.alice)

    with pytest.raises(WrongState) as wrong:
        run.confirm(same, cast.alice)
    assert wrong.value.state == State.WAITING


def test_it_cancels_what_waits_and_nothing_later(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    run.confirm(imp, cast.alice)
    run.cancel(imp, cast.alice)
    assert imp.state == State.CANCELLED

    done = imported(cast.team, cast.alice, sheet(ANA))
    with pytest.raises(WrongState):
        run.cancel(done, cast.alice)


def test_it_returns_the_first_import_for_the_same_key(cast: Cast) -> None:
    def post() -> Import:
        return run.receive(
            cast.team,
            cast.alice,
            method="api",
            filename="",
            data=sheet(ANA),
            options=Options(),
            confirm=True,
            idempotency_key="k1",
        )

    first = post()
    worker.run_now(first)

    assert post().pk == first.pk
    assert Import.objects.count() == 1


def test_it_leaves_a_large_file_to_the_worker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.imports.run.settings", lambda: Settings(max_file_bytes=100))
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO, CY))
    assert (imp.state, imp.looked) == (State.CHECKING, -1)

    assert worker.one_round("me")

    imp.refresh_from_db()
    assert (imp.state, totals(imp)) == (State.READY, (2, 0, 0, 1))


def test_it_refuses_a_paste_of_too_many_rows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.imports.workspace.settings", lambda: Settings(max_paste_rows=2))
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO, CY), method="text")

    assert (imp.state, imp.summary["problem_counts"]) == (State.REFUSED, {"file-too-many-rows": 1})


def test_it_asks_first_when_somebody_would_be_opted_back_in(cast: Cast) -> None:
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,WhatsAppOptedOut"
    imported(cast.team, cast.alice, sheet(f"{ANA},yes", header=header))

    assert run.asks_first(drafted(cast.team, cast.alice, sheet(f"{ANA},", header=header)))
    assert not run.asks_first(drafted(cast.team, cast.alice, sheet(f"{ANA},yes", header=header)))


def test_it_survives_characters_that_a_database_does_not_take(cast: Cast) -> None:
    imp = imported(
        cast.team,
        cast.alice,
        sheet(
            "S1,A\x00na,Núñez,+1 716 555 1234,", header="ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"
        ),
    )

    assert (imp.state, problems(imp)) == (State.DONE, [(2, "FirstName", "value-control-character")])


def test_it_writes_who_did_what_into_the_log(cast: Cast) -> None:
    run.confirm(drafted(cast.team, cast.alice, sheet(ANA)), cast.alice)

    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "import-started",
        "import-confirmed",
    ]


def test_it_saves_text_as_it_is_written(cast: Cast) -> None:
    field = CustomField.objects.create(team=cast.team, name="Major", name_folded="major")
    data = sheet(
        'S1,\\N,back\\slash,+1 716 555 1234,,"two\nlines, ""quoted"" \\t a\ttab \U0001f600"', header=f"{HEADER},Major"
    )
    imported(cast.team, cast.alice, data)
    again = imported(cast.team, cast.alice, data.replace(b"slash", b"slashed"))

    ana = contact(cast.team, "S1")
    assert (ana.first_name, ana.last_name) == ("\\N", "back\\slashed")
    assert ana.custom == {str(field.id): 'two\nlines, "quoted" \\t a\ttab \U0001f600'}
    assert totals(again) == (0, 1, 0, 0)
    assert history(cast.team, "S1")[0][2][field.key] == ana.custom[str(field.id)]


def test_it_reads_the_file_again_when_a_field_goes_while_it_waits_for_the_lock(cast: Cast) -> None:
    term = custom_fields.add(cast.team, cast.alice, name="Term")
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Term"
    imp = run.confirm(drafted(cast.team, cast.alice, sheet(f"{ANA},Fall", header=header)), cast.alice)

    with just_before('UPDATE "teams_team" SET "version"', lambda: custom_fields.delete(term, cast.alice)):
        worker.run_now(imp)

    imp.refresh_from_db()
    assert (imp.state, imp.summary["problem_counts"]) == (State.REFUSED, {"header-unknown": 1})
    assert not Contact.objects.exists()


def test_it_forgets_kinds_of_changes_and_no_change(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_writer, "_MOST_KINDS", 1)
    rows = [f"S{number},Ana,Li,+1 716 555 01{number:02},," for number in range(4)]
    imported(cast.team, cast.alice, sheet(*rows))

    changed = [
        rows[0].replace("Ana", "Bea"),
        rows[1].replace("Li", "Ito"),
        rows[2].replace("555 01", "555 02"),
        rows[3].replace("Ana", "Cy"),
    ]
    imp = imported(cast.team, cast.alice, sheet(*changed), allow_mobile_updates=True)

    assert totals(imp) == (0, 4, 0, 0)
    assert [
        (each.first_name, each.last_name, each.mobile_number)
        for each in Contact.objects.filter(team=cast.team).order_by("contact_id")
    ] == [
        ("Bea", "Li", "+17165550100"),
        ("Ana", "Ito", "+17165550101"),
        ("Ana", "Li", "+17165550202"),
        ("Cy", "Li", "+17165550103"),
    ]
    assert found(cast.team, "bea") == ["S0"]
