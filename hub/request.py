"""The head of an HTTP request (RFC 9112): bytes in, its parts out, or nothing when it breaks a rule. Pure.

A request here has no body, so whatever announces one is refused. What is asked for is the affair of
``hub.handshake``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MOST_FIELDS = 128
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
# Possessive throughout: whatever is sent is looked at once, so that no head takes longer than its length.
_HEAD = re.compile(
    rb"(%b) ([!-~]++) HTTP/1\.([01])\r\n((?:%b:[\t -~\x80-\xff]*+\r\n)*+)\r\n" % (_TOKEN, _TOKEN)
)
_LIST = re.compile(rb"%b(?:[ \t]*+,[ \t]*+%b)*+" % (_TOKEN, _TOKEN))
_BLANK = b" \t"
_MOST_REMEMBERED = 256  # values of fields that are lists: a few kinds of browsers send the same few
_LONGEST_REMEMBERED = 100  # bytes of one


@dataclass(slots=True)
class Request:
    """``fields`` by lower-case name, in the order in which they came."""

    method: bytes
    target: str
    minor: bytes  # of the version of HTTP/1
    fields: dict[bytes, list[bytes]]

    def only(self, name: bytes) -> bytes | None:
        """The field that may come once; None when it did not come, or more than once."""
        values = self.fields.get(name)
        return values[0] if values is not None and len(values) == 1 else None

    def tokens(self, name: bytes) -> list[bytes]:
        """The lower-case members of a field that is a list; none when any of it is no list."""
        found: list[bytes] = []
        for value in self.fields.get(name, ()):
            members = _remembered(value) if len(value) <= _LONGEST_REMEMBERED else _members(value)
            if not members:
                return []
            found += members
        return found


def _members(value: bytes) -> tuple[bytes, ...]:
    if _LIST.fullmatch(value) is None:
        return ()
    return tuple(token.strip(_BLANK).lower() for token in value.split(b","))


_remembered = lru_cache(_MOST_REMEMBERED)(_members)


def read_request(head: bytes) -> Request | None:
    """The request whose head this is, the empty line at its end included; None: bad request."""
    parts = _HEAD.fullmatch(head)
    if parts is None:
        return None
    method, target, minor, lines = parts.groups()
    fields: dict[bytes, list[bytes]] = {}
    count = 0
    for line in lines.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip(_BLANK)
        if name in fields:
            fields[name].append(value)
        else:
            fields[name] = [value]
        count += 1
    if count > MOST_FIELDS or b"transfer-encoding" in fields:
        return None
    if minor == b"1" and len(fields.get(b"host", ())) != 1:
        return None  # RFC 9112 section 3.2
    if any(length != b"0" for length in fields.get(b"content-length", ())):
        return None
    return Request(method, target.decode("ascii"), minor, fields)
