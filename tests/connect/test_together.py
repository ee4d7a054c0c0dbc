"""Calls of many requests are kept together, and a request that could not keep its own says so."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections

from muster.connect import connections as gateways
from muster.connect.gateways import Said
from muster.connect.incoming import calls, together
from muster.connect.models import Call, Connection
from tests.cast import Cast
from tests.connect.test_gateways import TOKEN
from tests.connect.test_hook import call
from tests.real.ports import wait_until

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def gateway(cast: Cast) -> Connection:
    return gateways.add(cast.team, cast.alice, kind="twilio", name="Texting", secret=TOKEN)


@pytest.fixture(autouse=True)
def soon_idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The thread that writes gives its connection back before the test's database goes."""
    monkeypatch.setattr(together, "SECONDS_IDLE", 0.2)
    yield
    wait_until(lambda: not together._writer, seconds=10, what=lambda: "it still writes")


def keep(gateway: Connection, number: int) -> int:
    calls.keep(gateway, [Said("text", f"+1716555{number:04}", text="STOP", message_id=f"SM{number}")])
    connections.close_all()
    return Call.objects.filter(message_id=f"SM{number}").count()


def test_whatever_is_answered_is_kept(gateway: Connection) -> None:
    with ThreadPoolExecutor(4) as requests:
        kept = list(requests.map(lambda number: keep(gateway, number), range(1000, 1200)))

    assert kept == [1] * 200


def test_calls_of_one_request_stay_in_their_order(gateway: Connection) -> None:
    calls.keep(gateway, [Said("text", "+17165551234", text=word, message_id=word) for word in ("STOP", "START", "END")])

    assert list(Call.objects.order_by("id").values_list("heard", flat=True)) == ["STOP", "START", "END"]


def test_it_says_so_when_a_call_could_not_be_kept_and_goes_on(
    gateway: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Call.objects, "bulk_create", away)
        refused = call(gateway)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")

    assert call(gateway).status_code == 200
    assert Call.objects.count() == 1


def test_it_waits_no_longer_than_a_provider_does(gateway: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "SECONDS_TO_KEEP", 0.0)
    monkeypatch.setattr(together, "_write_all", lambda _: None)
    assert call(gateway).status_code == 503


def test_another_secret_counts_at_once(cast: Cast, gateway: Connection) -> None:
    assert call(gateway).status_code == 200
    gateways.change(gateway, cast.alice, secret="another")
    assert call(gateway).status_code == 403
    gateways.delete(gateway, cast.alice)
    assert call(gateway).status_code == 404
