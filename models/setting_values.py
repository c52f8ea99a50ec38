"""How the text of a setting becomes a value, by the unit that its row in `models.settings` names.

Each parser takes the stripped text, "" when the variable is absent and has no plain default, and raises
ValueError with a sentence that says what was expected.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from models.tiles import layers

KEY_BYTES = 32  # AES-256 and HMAC-SHA256
FIRST_INDEX_KEY = "i1"
KINDS = ("web", "hub", "worker", "reader")

T = TypeVar("T")


def path(text: str) -> Path:
    """An absolute path; `~` is the user's home."""
    return Path(text).expanduser().absolute()


def url(*schemes: str) -> Callable[[str], str]:
    """A URL with one of `schemes`, kept as written."""

    def parse(text: str) -> str:
        if text and urlsplit(text).scheme not in schemes:
            raise ValueError(f"expects a URL that begins with {' or '.join(f'{s}://' for s in schemes)}")
        return text

    return parse


def origin(*schemes: str) -> Callable[[str], str]:
    """Scheme, host and port, without a path; a slash at the end is dropped."""

    def parse(text: str) -> str:
        text = text.rstrip("/")
        parts = urlsplit(text)
        if text and (parts.scheme not in schemes or not parts.hostname or _more_than_origin(text)):
            raise ValueError(f"expects {schemes[0]}://host:port and nothing behind it, not {text!r}")
        return text

    return parse


def _more_than_origin(text: str) -> bool:
    parts = urlsplit(text)
    valid_port = parts.port is None or parts.port > 0  # reading it raises ValueError when it is no port
    return bool(parts.path or parts.query or parts.fragment or parts.username) or not valid_port


def number(least: int, most: int) -> Callable[[str], int]:
    """A whole number from `least` to `most`, both allowed."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise ValueError(f"expects a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return parse


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """None for an absent variable, else what `parse` says."""
    return lambda text: parse(text) if text else None


def several(parse: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Texts separated by commas."""
    return lambda text: tuple(parse(part.strip()) for part in text.split(",") if part.strip())


def switch(text: str) -> bool:
    """on/off, also 1/0, true/false, yes/no."""
    if text.lower() in ("on", "1", "true", "yes"):
        return True
    if text.lower() in ("off", "0", "false", "no"):
        return False
    raise ValueError(f"expects on or off, not {text!r}")


def choice(*words: str) -> Callable[[str], str]:
    """One of `words`, whatever the case."""

    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"expects {', '.join(words[:-1])} or {words[-1]}, not {text!r}")
        return text.lower()

    return parse


def network(text: str) -> str:
    """An IP address or network in CIDR form."""
    return str(ip_network(text, strict=False))


def listen_address(text: str) -> str:
    """An IP address or `localhost`."""
    return text if text == "localhost" else str(ip_address(text))


def processes(text: str) -> Mapping[str, int]:
    """`web=2,hub=2,worker=1`: kind to count; a kind that is left out counts 0."""
    counts = dict.fromkeys(KINDS, 0)
    for part in text.split(","):
        kind, _, count = part.strip().partition("=")
        if kind not in counts:
            raise ValueError(f"expects {', '.join(KINDS)}, each with =count, not {part.strip()!r}")
        counts[kind] = number(0, 64)(count)
    return MappingProxyType(counts)


def key(text: str) -> bytes:
    """Base64 of 32 bytes; never repeated in the refusal."""
    if not text:
        return b""
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("expects base64") from None
    if len(decoded) != KEY_BYTES:
        raise ValueError(f"expects base64 of {KEY_BYTES} bytes")
    return decoded


def keys(text: str) -> Mapping[str, bytes]:
    """`id:base64,…`, the newest first; the ids are stored with each field, so they are short plain words."""
    found: dict[str, bytes] = {}
    for part in (part.strip() for part in text.split(",") if part.strip()):
        name, _, encoded = part.partition(":")
        if not (name.isascii() and name.isalnum() and len(name) <= 16) or name in found or not encoded:
            raise ValueError("expects id:base64 pairs whose ids are distinct, of 1 to 16 letters and digits")
        found[name] = key(encoded)
    return MappingProxyType(found)


def index_keys(text: str) -> Mapping[str, bytes]:
    """The same, or one key alone, whose id is then i1: the first installations had no other."""
    if text and ":" not in text:
        return MappingProxyType({FIRST_INDEX_KEY: key(text)})
    return keys(text)


def bucket(text: str) -> str:
    """`s3://bucket/prefix?endpoint=…`, kept as written; empty: the media folder."""
    if text:
        from models.bucket import Address

        Address.parse(text)
    return text


def process_name(text: str) -> str:
    """Letters, digits, dots and dashes: it becomes part of a file name and of metric labels."""
    if len(text) > 18 or not all(c.isascii() and (c.isalnum() or c in ".-") for c in text):
        raise ValueError(f"expects at most 18 letters, digits, dots and dashes, not {text!r}")
    return text


PARSERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "path": path,
        "file": optional(path),
        "database": url("sqlite", "postgresql", "postgres"),
        "redis": url("unix", "redis", "rediss"),
        "address": listen_address,
        "port": number(1, 65535),
        "url": origin("http", "https"),
        "websocket url": origin("ws", "wss"),
        "urls": several(origin("http", "https")),
        "addresses": several(network),
        "roles": several(choice("police", "auxiliary", "commander", "administrator", "auditor")),
        "switch": switch,
        "processes": processes,
        "tiles": layers,
        "crs": choice("wgs84", "gcj02"),
        "cap status": choice("test", "exercise", "actual"),
        "text": str,
        "level": choice("debug", "info", "warning", "error"),
        "secret": str,
        "key": key,
        "keys": keys,
        "index keys": index_keys,
        "percent": number(0, 100),
        "seconds": number(1, 31_536_000),
        "optional seconds": optional(number(1, 31_536_000)),
        "bytes": number(1024, 1 << 30),
        "entries": number(1, 1_000_000),
        "connections": number(1, 1_000_000),
        "a second": number(1, 1_000_000),
        "channels": number(0, 1_000_000),
        "bucket": bucket,
        "name": process_name,
        "descriptor": optional(number(0, 65535)),
    }
)
