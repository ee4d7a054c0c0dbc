"""A receiver on this machine, which webhooks may reach in tests only."""

from collections.abc import Iterator

import pytest

from muster.settings import settings
from tests.real.receiver import Receiver, receiver


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks may lead to this machine."""
    monkeypatch.setattr(settings(), "webhook_networks", "127.0.0.0/8")


@pytest.fixture
def receiving(allowed: None) -> Iterator[Receiver]:
    """Takes whatever is sent."""
    with receiver() as started:
        yield started
