"""Where a webhook may lead: never to this machine or a private network, judged by the very address connected to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from muster.core.sentences.language import gettext as _
from muster.settings import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Iterable[str]]

USUAL_PORT = {"https": 443, "http": 80}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
IPV4_COMPATIBLE = ipaddress.ip_network("::/96")


class OutOfBounds(Exception):  # noqa: N818  says what happened
    """This address is not one that a webhook may lead to: it says why, in a sentence."""


def parts_of(url: str) -> SplitResult:
    """Return an address in parts, as far as that can be judged without looking its name up. Raises OutOfBounds."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        raise OutOfBounds(_("This is not a web address.")) from None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise OutOfBounds(_("A web address has no spaces and no letters beyond a to z."))
    if parts.scheme not in USUAL_PORT or not parts.hostname or not port_is_good:
        raise OutOfBounds(_("A webhook begins with https://, followed by the name of a host."))
    if parts.username is not None or parts.fragment:
        raise OutOfBounds(_("A webhook has neither a user name nor a # in its address."))
    if parts.scheme == "http" and not settings().webhook_networks:
        raise OutOfBounds(_("A webhook begins with https://, so that nobody reads along."))
    return parts


def look_up(host: str, port: int) -> list[str]:
    """Return every address that the name has now."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def checked_addresses(parts: SplitResult, resolve: Resolver = look_up) -> list[str]:
    """Return the addresses to connect to. One that is out of bounds shuts out the name. Raises OutOfBounds, OSError."""
    host = parts.hostname or ""
    found = list(resolve(host, parts.port or USUAL_PORT[parts.scheme]))
    for each in found:
        if not _is_open(each, parts.scheme):
            raise OutOfBounds(_("{host} leads to {each}, which is not on the internet.", host=host, each=each))
    if not found:
        raise OutOfBounds(_("{host} leads nowhere.", host=host))
    return found


def _is_open(text: str, scheme: str) -> bool:
    """Whether an address is one of the internet's, or of a network that the operator lets webhooks reach."""
    address = ipaddress.ip_address(text.partition("%")[0])
    within = [*_unwrapped(address)]
    if any(each in network for each in within for network in _allowed(settings().webhook_networks)):
        return True
    return scheme == "https" and all(_is_public(each) for each in within)


def _is_public(address: Address) -> bool:
    is_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or is_local)


def _unwrapped(address: Address) -> Iterator[Address]:
    """Yield the address, and any IPv4 address that it carries inside: each has to be public."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in NAT64 or address in IPV4_COMPATIBLE:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        yield from (each for each in inner if each is not None)


@lru_cache
def _allowed(listed: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(each.strip()) for each in listed.split(",") if each.strip())
