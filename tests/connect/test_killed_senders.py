"""Workers killed while they send: every message arrives at least once, in order, at a receiver that often fails."""

import random
import time

import pytest

from muster.connect.models import Delivery, DeliveryState
from muster.connect.webhooks import manage
from muster.contacts.consent import channels
from muster.contacts.models import Contact
from tests.cast import Cast
from tests.imports.play import imported, sheet
from tests.imports.processes import WorkerProcess, workers
from tests.real.ports import wait_until
from tests.real.receiver import failing, receiver

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.slow]

EVENTS, KILLS = 120, 3


def test_nothing_is_lost_and_nothing_overtakes(cast: Cast, allowed: None) -> None:
    imported(cast.team, cast.alice, sheet("S1,Ana,X,+1 716 555 0101,"))
    ana = Contact.objects.get(team=cast.team)
    chance = random.Random(1)
    with (
        receiver(status=failing(1 / 3)) as receiving,
        workers(1, MUSTER_WEBHOOK_NETWORKS="127.0.0.0/8") as running,
    ):
        made = manage.add(cast.team, cast.alice, url=receiving.url, events=["consent.changed"])
        receiving.secret = made[1]
        for number in range(EVENTS):
            channels.set_consent(ana, channel="text", opted_out=number % 2 == 0, source="contact", by=None)
            if number % (EVENTS // KILLS) == EVENTS // KILLS - 1:
                time.sleep(chance.uniform(0.2, 1))  # killed at any moment of what it does
                running[0].kill()
                running[0] = WorkerProcess(MUSTER_WEBHOOK_NETWORKS="127.0.0.0/8")
        waiting = Delivery.objects.filter(team=cast.team, state=DeliveryState.WAITING)
        wait_until(lambda: not waiting.exists(), seconds=240, what=lambda: f"{waiting.count()} still wait")
        taken = list(receiving.taken)

    first = list(dict.fromkeys(each.id for each in taken))
    told = {each.id: each.data for each in taken}
    assert len(first) == EVENTS
    assert [told[each]["opted_out"] for each in first] == [number % 2 == 0 for number in range(EVENTS)]
    cursors = [tuple(map(int, told[each]["cursor"].split("."))) for each in first]
    assert cursors == sorted(cursors)
