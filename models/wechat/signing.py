"""The platform's signatures: of a callback, of an encrypted message, of a page that wants the JS-SDK. Pure.

All three are SHA-1, because the platform says so; what keeps a forger out is the secret that goes into them.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

OLDEST = timedelta(minutes=10)  # the platform's retries come within half a minute; clocks differ


def signature(*parts: str) -> str:
    """SHA-1 of the sorted parts, one after the other, in hex."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Whether ``given`` is the parts' signature; takes as long for any."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether ``timestamp`` (Unix seconds, as the address has it) is of about now: what was signed long ago and
    recorded by somebody is not good for ever."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= OLDEST.total_seconds()


def jsapi_signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """What ``wx.config`` wants. The address goes in raw and without its fragment, the names sorted."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
