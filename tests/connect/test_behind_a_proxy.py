"""Behind a real proxy with TLS and a path of its own, a call is signed for the address outside."""

import ssl
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from tests.conftest import StartMuster
from tests.connect.test_sender import HEADER, ROWS, Api
from tests.real.ports import free_port, wait_until
from tests.real.proxy import NAME, proxy

STOP = {"MessageSid": "SM1", "From": "+17165550101", "To": "+17165550000", "Body": "STOP", "OptOutType": "STOP"}


def status(url: str, signed_for: str, trusted: ssl.SSLContext) -> int:
    """Call as Twilio does, signed by its own library, and return the status of the answer."""
    signature = RequestValidator("auth token").compute_signature(signed_for, STOP)
    call = urllib.request.Request(url, urlencode(STOP).encode(), {"X-Twilio-Signature": signature})
    try:
        with urllib.request.urlopen(call, timeout=20, context=trusted) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_stop_comes_in_that_is_signed_for_the_public_address(start_muster: StartMuster, tmp_path: Path) -> None:
    port = free_port()
    public = f"https://{NAME}:{port}/muster"
    server = start_muster(MUSTER_URL=public, MUSTER_HOSTS="127.0.0.1")
    api = Api(server, **{"X-Forwarded-Proto": "https"})  # as the proxy says it
    api("POST", "teams/admissions/imports", {"text": "\n".join((HEADER, *ROWS)), "blank_mobile": "fail"})
    made = api("POST", "teams/admissions/connections", {"kind": "twilio", "name": "Texts", "secret": "auth token"})
    address = made["address"]
    assert address.startswith(f"{public}/hooks/")

    with proxy(port, tmp_path, server.url, "/muster") as trusted:
        for elsewhere in (address.replace("https:", "http:"), address.replace("/muster", "")):
            assert status(address, elsewhere, trusted) == 403
        assert status(address, address, trusted) == 200

    def is_out() -> bool:
        return bool(api("GET", "teams/admissions/contacts/S1")["text"] == "opted_out")

    wait_until(is_out, seconds=40, what=lambda: "the stop has not come in")
