"""Where webhooks may lead: to the internet, never to this machine or a private network, whatever a name says."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.connect.webhooks import post as sending
from muster.connect.webhooks.post import post
from muster.connect.webhooks.reach import OutOfBounds, checked_addresses, parts_of
from muster.settings import settings
from tests.real.certificate import certificate
from tests.real.receiver import Receiver

INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::",
    "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2002:a00:1::1", "2001:db8::1", "100::1", "fec0::1",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]


def leads_to(*addresses: str) -> Callable[[str, int], list[str]]:
    """A resolver of our own, which says so once: asked again, it says 127.0.0.1."""
    answers = iter([list(addresses)])
    return lambda host, port: next(answers, ["127.0.0.1"])


@pytest.mark.parametrize("address", INSIDE)
def test_it_never_leads_inside(address: str) -> None:
    with pytest.raises(OutOfBounds):
        checked_addresses(parts_of("https://sender.example.edu/"), leads_to(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_it_leads_to_the_internet(address: str) -> None:
    assert checked_addresses(parts_of("https://sender.example.edu/"), leads_to(address)) == [address]


def test_one_address_inside_shuts_out_the_name() -> None:
    with pytest.raises(OutOfBounds):
        checked_addresses(parts_of("https://sender.example.edu/"), leads_to(OUTSIDE[0], "10.0.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://sender.example.edu/",
        "ftp://sender.example.edu/",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "//sender.example.edu",
        "https://user@sender.example.edu/",
        "https://user:pass@sender.example.edu/",
        "https://sender.example.edu/#x",
        "https://sender.example.edu:0/",
        "https://sender.example.edu:99999/",
        "https://sender.example.edu/a b",
        "https://sender.example.edu/\r\nX: y",
        "https://bücher.example/",
        "https://[::1/",
    ],
)
def test_it_takes_only_plain_addresses_by_tls(url: str) -> None:
    with pytest.raises(OutOfBounds):
        parts_of(url)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "0", "0x7f000001", "2130706433", "017700000001", "127.1", "[::1]", "[::ffff:127.0.0.1]"],
)
def test_it_sees_through_every_spelling_of_this_machine(host: str) -> None:
    answer = post(f"https://{host}/", b"{}", {})

    assert not answer.ok
    assert "not on the internet" in answer.line or "Name or service" in answer.line or "not known" in answer.line


def test_it_says_in_words_that_nobody_answers(allowed: None) -> None:
    assert post("http://127.0.0.1:9/", b"{}", {}).line == "Connection refused"


def test_it_connects_to_what_it_has_checked_though_the_name_changes(receiving: Receiver) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    port = receiving.url.split(":")[2].split("/")[0]
    post(f"http://sender.example.edu:{port}/", b"{}", {"Content-Type": "application/json"}, rebinding)

    assert asked == ["sender.example.edu"]
    assert [each["host"] for each in receiving.requests] == [f"sender.example.edu:{port}"]


def test_a_name_that_changes_to_this_machine_is_refused_when_it_does() -> None:
    resolve = leads_to(OUTSIDE[0])
    parts = parts_of("https://sender.example.edu/")

    assert checked_addresses(parts, resolve) == [OUTSIDE[0]]
    with pytest.raises(OutOfBounds):
        checked_addresses(parts, resolve)


def test_it_follows_no_redirect(receiving: Receiver) -> None:
    receiving.status, receiving.headers = lambda: 302, {"Location": receiving.url}

    answer = post(receiving.url, b"{}", {})

    assert (answer.ok, answer.line) == (False, "302 thanks")
    assert len(receiving.requests) == 1


def test_private_networks_that_the_operator_names_are_reached_by_http_too(receiving: Receiver) -> None:
    assert post(receiving.url, b"{}", {"Content-Type": "application/json"}).ok is False  # 500: it is not signed
    assert len(receiving.requests) == 1


def test_http_stays_shut_to_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "webhook_networks", "10.1.0.0/16")

    for address in (*OUTSIDE, "10.2.0.1"):
        with pytest.raises(OutOfBounds):
            checked_addresses(parts_of("http://sender.example.edu/"), leads_to(address))
    assert checked_addresses(parts_of("http://sender.example.edu/"), leads_to("10.1.2.3")) == ["10.1.2.3"]


@pytest.fixture
def dripping(allowed: None) -> Iterator[str]:
    """A server that answers a byte a second, for ever."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        taken, _ = listening.accept()
        with taken:
            try:
                while not stop.wait(0.2):
                    taken.sendall(b"H")
            except OSError:
                return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    stop.set()
    thread.join()
    listening.close()


@pytest.mark.slow
def test_it_waits_ten_seconds_and_no_longer_however_slowly_it_drips(dripping: str) -> None:
    began = time.monotonic()

    answer = post(dripping, b"{}", {})

    assert answer == sending.Answer(ok=False, line="no answer within ten seconds")
    assert 9 < time.monotonic() - began < 13


def test_it_speaks_tls_under_the_name_that_was_looked_up(
    allowed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = certificate(tmp_path, "sender.example.edu")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    sending._tls.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def answer() -> None:
            for _ in range(2):
                taken, _address = listening.accept()
                try:
                    with context.wrap_socket(taken, server_side=True) as spoken:
                        said = b""
                        while not said.endswith(b"{}"):  # what is left unread would reset the connection
                            said += spoken.recv(65536)
                        spoken.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                except ssl.SSLError:
                    continue  # the other side did not like the name

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        good = post(f"https://sender.example.edu:{port}/", b"{}", {}, leads_to("127.0.0.1"))
        wrong = post(f"https://other.example.edu:{port}/", b"{}", {}, leads_to("127.0.0.1"))
        thread.join(5)
    sending._tls.cache_clear()

    assert (good.ok, good.line) == (True, "204")
    assert not wrong.ok
    assert "certificate verify failed" in wrong.line
