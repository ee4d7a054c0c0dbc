"""An export imports again with every row unchanged (law 6)."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.contacts import edit, export
from muster.contacts.mapping import COLUMNS, as_stored, staff_ids
from muster.contacts.models import Contact, CustomField
from muster.contacts.schema import schema_of
from muster.core import Known, Options, check, make_plan, parse
from muster.core.fields import CHANNELS
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import everything, imported, totals

NASTY = [
    "=1+1",
    "'=1+1",
    "@SUM(A1)",
    "+44 (0)",
    "-5",
    "- x",
    "'",
    "''=",
    '"',
    'a "b" c',
    "a,b;c|d",
    "a\nb",
    "\tx",
    "sep=;",
    "#N/A",
]
NASTY += [
    "😀 👩‍👩‍👧",
    "שלום עולם",
    "محمد علي",
    "\u202eabc",
    "José",
    "Jose\u0301",
    "\u00a0x\u00a0",
    "0",
    "no",
    "00123",
    "1e5",
    " ",
]
TEXT = st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.text("=+-@'\"\t\n\r,;| a", max_size=8))
KINDS = {
    "text": TEXT,
    "number": st.one_of(st.integers().map(str), st.decimals(-(10**9), 10**9, places=3).map(str)),
    "date": st.dates().map(str),
    "yes_no": st.sampled_from(["yes", "NO", "1", "0"]),
    "choice": st.sampled_from(["=Red", "'-Blue", "Ünï, x"]),
}


def team_with_fields(cast: Cast) -> dict[str, CustomField]:
    return {
        f"custom {kind}": CustomField.objects.create(
            team=cast.team, name=f"=A {kind}", name_folded=kind, kind=kind, choices=["=Red", "'-Blue", "Ünï, x"]
        )
        for kind in KINDS
    }


def numbers() -> Iterator[str]:
    return (f"+1716555{number:04}" for number in range(10_000))


@st.composite
def person(draw: st.DrawFn) -> dict[str, Any]:
    blank = st.just("")
    values: dict[str, Any] = {key: draw(TEXT) for key in ("first_name", "last_name", "contact_id")}
    values |= {f"custom {kind}": draw(st.one_of(blank, cells)) for kind, cells in KINDS.items()}
    values |= {channel: draw(st.booleans()) for channel in ("text", "whatsapp", "whatsapp_marketing")}
    values["staff_id"] = draw(st.sampled_from(["", "T01", "007"]))
    values["whatsapp_number"] = draw(st.sampled_from(["", "+44 1753 495000", "+39 06 12345678"]))
    return values


def known(team: Team) -> Known:
    staff = staff_ids(team)
    stored = [as_stored(row, staff) for row in Contact.objects.filter(team=team).values_list(*COLUMNS)]
    return Known(
        contacts={each.values["contact_id"]: each for each in stored},
        holders={each.values["mobile_number"]: each for each in stored},
        staff=frozenset(staff.values()),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(person(), max_size=8))
def test_every_row_of_an_export_is_unchanged_when_it_is_imported(cast: Cast, people: list[dict[str, Any]]) -> None:
    Contact.objects.filter(team=cast.team).delete()
    CustomField.objects.filter(team=cast.team).delete()
    fields, free = team_with_fields(cast), numbers()
    for values in people:
        cells = {fields[key].key if key in fields else key: value for key, value in values.items()}
        try:
            edit.add(cast.team, cast.alice, {**cells, "mobile_number": next(free)})
        except edit.Rejected:
            continue  # not a text that any import could have stored either

    data = "".join(export.as_csv(cast.team, export.contacts(cast.team))).encode()
    schema, options = schema_of(cast.team), Options()
    if not export.contacts(cast.team).exists():
        return
    plan = make_plan(check(parse(data, schema, options), schema, options), known(cast.team), schema, options)

    assert [(each.outcome, each.after, each.problems) for each in plan.verdicts if each.outcome != "unchanged"] == []
    assert len(plan.verdicts) == export.contacts(cast.team).count()


def test_it_leaves_out_contacts_without_an_id_and_counts_them(cast: Cast) -> None:
    values = {"first_name": "Ana", "last_name": "Ray"}
    edit.add(cast.team, cast.alice, {**values, "mobile_number": "7165551234"})
    edit.add(cast.team, cast.alice, {**values, "mobile_number": "7165551235", "contact_id": "S1"})

    rows = list(csv.reader(io.StringIO("".join(export.as_csv(cast.team, export.contacts(cast.team))))))

    assert [row[0] for row in rows] == ["\ufeffContactId", "S1"]
    assert export.left_out(cast.team) == 1


HARD = ["=1+1", "@SUM(A1)", "'quoted'", 'a "b", c;|', "😀 👩‍👩‍👧", "שירה לוי", "محمد علي", "José", "no", "00123"]
LONG = [*HARD, 'a\n"b"\r\n=c', "\ttab\tx", "שלום\nעולם"]  # noqa: RUF001
OTHER_CELLS = {"number": ["-5", "0.50", ""], "date": ["2024-02-29", ""], "yes_no": ["yes", "no", ""]}
CHOSEN = ["=Red", "Ünï, x", ""]


def fill(cast: Cast) -> None:
    """Contacts with everything that is hard to write to a file and read back, in fields of every kind."""
    fields = team_with_fields(cast)
    assigned = [cast.membership(cast.bob).id, cast.membership(cast.alice).id, None]
    for number, nasty in enumerate(HARD):
        values = {
            "contact_id": f"{nasty} {number}",
            "first_name": nasty,
            "last_name": HARD[-number],
            "mobile_number": f"+1716555{number:04}" if number % 3 else "",
            "whatsapp_number": "" if number % 3 == 1 else f"+4417534950{number:02}",
            "assigned": assigned[number % 3],
            fields["custom text"].key: LONG[-number],
            fields["custom choice"].key: CHOSEN[number % 3],
            **{fields[f"custom {kind}"].key: cells[number % len(cells)] for kind, cells in OTHER_CELLS.items()},
        }
        contact = edit.add(cast.team, cast.alice, values)
        for place, channel in enumerate(CHANNELS):
            source = ("user", "contact")[number % 2]
            out = bool(number >> place & 1)
            edit.set_consent(contact, channel=channel, opted_out=out, source=source, by=cast.bob)


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("blank_mobile", ["infer", "fail"])
def test_a_download_from_the_page_imports_as_all_unchanged(cast: Cast, blank_mobile: str) -> None:
    fill(cast)
    before = everything(cast.team)

    answer = cast.browser(cast.alice).get("/t/admissions/contacts/contacts.csv")
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    imp = imported(cast.team, cast.alice, data, method="file", blank_mobile=blank_mobile, allow_mobile_updates=True)

    assert totals(imp) == (0, 0, len(HARD), 0)
    assert imp.summary["note_counts"] == {}
    assert everything(cast.team) == before


@pytest.mark.django_db(databases="__all__")
def test_a_file_cannot_name_an_assigned_user_without_a_staff_id(cast: Cast) -> None:
    fill(cast)
    cast.team.memberships.filter(user=cast.alice).update(staff_id=None)
    hers = Contact.objects.filter(assigned=cast.membership(cast.alice)).count()

    imp = imported(cast.team, cast.alice, "".join(export.as_csv(cast.team, export.contacts(cast.team))).encode())

    assert imp.summary["note_counts"] == {"staff-cleared": hers}
