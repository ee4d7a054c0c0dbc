"""A STOP by number while an import that would opt that number in is being saved: it wins, whichever is first (C8)."""

from __future__ import annotations

import pytest

from muster.contacts.audience import audience
from muster.contacts.consent import channels
from muster.contacts.models import Contact
from muster.imports import run
from muster.imports.models import Import, State
from tests.cast import Cast
from tests.environment import ON_POSTGRES
from tests.imports.play import drafted, imported, sheet
from tests.imports.processes import wait_for, workers
from tests.real.ports import wait_until

ON_BOTH = [pytest.mark.postgres] if ON_POSTGRES else []
pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.slow, *ON_BOTH]

HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut"
NUMBER, MANY = "+17165550000", 20_000


def people(said: str) -> bytes:
    return sheet(
        *(f"S{n},Ana,Li,+1 716 {n // 10_000 + 555} {n % 10_000:04d},,{said}" for n in range(MANY)), header=HEADER
    )


def reached(cast: Cast) -> set[str]:
    return {each.number for each in audience(cast.team, "text").everybody()}


@pytest.mark.parametrize("known", [False, True], ids=["nobody has it yet", "somebody has it, and is out"])
def test_a_stop_while_the_import_is_saved_wins(cast: Cast, known: bool) -> None:
    if known:
        imported(cast.team, cast.alice, sheet(f"S0,Ana,Li,{NUMBER},,yes", header=HEADER))
    imp = drafted(cast.team, cast.alice, people("no"))
    with workers(1):
        run.confirm(imp, cast.alice)
        wait_until(lambda: Import.objects.get(pk=imp.pk).state == State.IMPORTING, seconds=60, what=lambda: "not begun")
        channels.hear(cast.team, NUMBER, "text", opted_out=True)
        wait_for(imp, State.DONE)

    assert Contact.objects.get(team=cast.team, mobile_number=NUMBER).text_own_out
    assert NUMBER not in reached(cast)
    assert len(reached(cast)) == MANY - 1


@pytest.mark.parametrize("known", [False, True], ids=["nobody has it yet", "somebody has it, and is out"])
def test_a_stop_after_the_preview_and_before_the_import_wins(cast: Cast, known: bool) -> None:
    if known:
        imported(cast.team, cast.alice, sheet(f"S0,Ana,Li,{NUMBER},,yes", header=HEADER))
    imp = drafted(cast.team, cast.alice, sheet(f"S0,Ana,Li,{NUMBER},,no", header=HEADER))
    assert (imp.state, imp.created + imp.updated) == (State.READY, 1)

    channels.hear(cast.team, NUMBER, "text", opted_out=True)
    with workers(1):
        run.confirm(imp, cast.alice)
        wait_for(imp, State.DONE)

    assert Contact.objects.get(team=cast.team, mobile_number=NUMBER).text_own_out
    assert reached(cast) == set()
