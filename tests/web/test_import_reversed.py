"""Columns that say opted in: offered reversed, one by one, and shown, remembered and listed so (T14)."""

from __future__ import annotations

import pytest

from muster.contacts.models import ColumnAnswer, Contact
from muster.imports import run, worker
from muster.imports.models import Import
from tests.cast import Cast
from tests.imports.play import drafted
from tests.web.drafts import address, asked

pytestmark = pytest.mark.django_db(databases="__all__")

HEADER = "ContactId,FirstName,Surname,MobileNumber,WhatsAppMobileNumber"
ROWS = "S1,Ada,Obi,716-555-0101,,yes,yes\nS2,Bo,Kay,716-555-0102,,no,no\n"


def draft(cast: Cast) -> Import:
    return drafted(cast.team, cast.alice, f"{HEADER},WhatsApp Opt-In,Subscribed\n{ROWS}".encode())


def test_it_is_offered_reversed_and_never_with_others_at_once(cast: Cast) -> None:
    answer = cast.browser(cast.alice).get(address(draft(cast)))

    proposed = {"Surname": "LastName", "WhatsApp Opt-In": "(!WhatsAppOptedOut)", "Subscribed": "(!OptedOut)"}
    assert asked(answer.context) == proposed
    assert "WhatsAppOptedOut, reversed: yes means opted in" in answer.content.decode()


def test_an_answer_is_shown_remembered_and_listed_reversed(cast: Cast) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    answers = {"Surname": "LastName", "WhatsApp Opt-In": "!WhatsAppOptedOut", "Subscribed": "-"}

    client.post(address(imp, "columns"), {f"column:{header}": answer for header, answer in answers.items()})

    imp.refresh_from_db()
    assert imp.state == "ready"
    assert ColumnAnswer.objects.get(team=cast.team, header="WhatsApp Opt-In").field_name == "!WhatsAppOptedOut"
    assert '<option value="!WhatsAppOptedOut" selected>' in client.get(address(imp, "columns")).content.decode()
    assert "WhatsAppOptedOut, reversed" in client.get(f"/t/{cast.team.slug}/fields/").content.decode()

    run.confirm(imp, cast.alice)
    worker.run_now(Import.objects.get(pk=imp.pk))

    found = Contact.objects.filter(team=cast.team).order_by("contact_id")
    assert [each.whatsapp_out for each in found] == [False, True]


def test_a_field_that_is_no_consent_cannot_be_reversed(cast: Cast) -> None:
    imp = draft(cast)

    cast.browser(cast.alice).post(address(imp, "columns"), {"column:Surname": "!LastName"})

    assert not ColumnAnswer.objects.exists()
