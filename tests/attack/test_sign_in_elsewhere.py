"""What an identity provider says about an address is believed only where it says true."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.conftest import StartMuster
from tests.real.oidc import oidc
from tests.real.server import MusterServer

OLGA, PASSWORD = "olga@example.edu", "a rather long password"
# What a provider may send that is not the true of JSON.
NOT_TRUE: dict[str, Any] = {
    "false": False,
    "nothing": None,
    "word-false": "false",
    "word-true": "true",
    "word-TRUE": "TRUE",
    "word-yes": "yes",
    "word-0": "0",
    "one": 1,
    "list": ["false"],
    "blank": "",
}


@pytest.fixture(scope="module")
def installation(start_muster: StartMuster) -> Iterator[MusterServer]:
    """A Muster that Olga owns, and its provider, which knows her and many who only say to be her."""
    users = [{"sub": name, "email": OLGA, "email_verified": value} for name, value in NOT_TRUE.items()]
    olga = {"sub": "olga", "email": OLGA.upper(), "email_verified": True}
    silent = {"sub": "silent", "email": OLGA}
    with oidc(olga, silent, *users) as provider:
        server = start_muster(
            MUSTER_OIDC_URL=provider, MUSTER_OIDC_CLIENT_ID="muster", MUSTER_OIDC_CLIENT_SECRET="secret"
        )
        server.run("owner", OLGA, MUSTER_PASSWORD=PASSWORD)
        yield server


def arrive(server: MusterServer, sub: str) -> tuple[int, int]:
    """Sign in with the provider as this one: the status where it ends, and that of a page for signed-in people."""
    browser = requests.Session()
    form = browser.get(f"{server.url}/accounts/oidc/sso/login/", timeout=30)
    ended = browser.post(form.url, {"sub": sub}, timeout=30)
    profile = browser.get(f"{server.url}/profile/", allow_redirects=False, timeout=30)
    return ended.status_code, profile.status_code


def test_it_signs_in_whose_address_is_verified(installation: MusterServer) -> None:
    assert arrive(installation, "olga") == (200, 200)


@pytest.mark.parametrize("sub", ["silent", *NOT_TRUE])
def test_it_signs_nobody_in_by_an_address_that_is_not(installation: MusterServer, sub: str) -> None:
    assert arrive(installation, sub) == (403, 302)
