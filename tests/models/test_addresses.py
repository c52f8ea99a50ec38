"""Whose line an address is, and whom to believe about it: by the same rule as the web's server."""

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from models.addresses import Proxies, network_of

OURS = ("10.0.0.1/32", "192.168.0.0/16", "2001:db8:1::/48")


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:9:8:7:6:5:4", "2001:db8:9:8::/64"),
        ("2001:db8:9:8::1", "2001:db8:9:8::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_line_is_an_ipv4_address_or_an_ipv6_network(host: str, network: str) -> None:
    assert network_of(host) == network


CASES = [
    # peer, X-Forwarded-For lines, who it is
    ("203.0.113.9", [], "203.0.113.9"),
    ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # anybody can write a header
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", ["198.51.100.66, 198.51.100.1"], "198.51.100.1"),  # what the client wrote stands left
    ("10.0.0.1", ["198.51.100.66", "198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", ["198.51.100.1, 192.168.7.7"], "198.51.100.1"),  # two proxies of ours in a row
    ("10.0.0.1", ["192.168.7.8, 192.168.7.7"], "192.168.7.8"),
    ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
    ("10.0.0.1", ["[2001:db8:9::1]:4711"], "2001:db8:9::1"),
    ("10.0.0.1", ["2001:db8:9::1"], "2001:db8:9::1"),
    ("2001:db8:1::5", ["198.51.100.1"], "198.51.100.1"),
    ("10.0.0.2", ["198.51.100.1"], "10.0.0.2"),
]


@pytest.mark.parametrize(("peer", "forwarded", "client"), CASES)
async def test_a_forwarded_address_is_believed_of_our_proxies_only(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert Proxies(OURS).client(peer, forwarded) == client
    assert await _web_says(peer, forwarded) == client


async def _web_says(peer: str, forwarded: list[str]) -> str:
    """What the web's server makes of it."""
    heard: list[str] = []

    async def app(scope, _receive, _send):  # type: ignore[no-untyped-def]
        heard.append(scope["client"][0])

    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    scope = {"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http"}
    await ProxyHeadersMiddleware(app, list(OURS))(scope, None, None)  # type: ignore[arg-type]
    return heard[0]


def test_without_proxies_nobody_is_believed() -> None:
    assert Proxies(()).client("10.0.0.1", ["198.51.100.1"]) == "10.0.0.1"


@pytest.mark.parametrize("line", ["", ",", " , ,", "[", "[]", ":", "::::", "x" * 10_000])
def test_a_proxys_nonsense_is_somebodys_name_at_worst(line: str) -> None:
    assert isinstance(Proxies(OURS).client("10.0.0.1", [line]), str)
