"""The signature ACS3-HMAC-SHA256 of Alibaba Cloud's OpenAPI, version 3. Pure.

Host and ``x-acs-`` headers are signed with the query and the hash of the body: neither a parameter nor the time can be
changed on the way. A nonce is good once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
NOTHING = hashlib.sha256(b"").hexdigest()


def encoded(text: str) -> str:
    """RFC 3986, as the platform counts: everything but letters, digits and ``-_.~``."""
    return quote(text, safe="-_.~")


def canonical_query(query: Mapping[str, str]) -> str:
    return "&".join(f"{encoded(name)}={encoded(query[name])}" for name in sorted(query))


def signature(
    secret: str, method: str, query: Mapping[str, str], headers: Mapping[str, str], body_hash: str
) -> tuple[str, str]:
    """The signature in hex, and the names of the ``headers`` (in lower case) that it is over: all of them."""
    names = sorted(headers)
    request = "\n".join(
        (
            method,
            "/",
            canonical_query(query),
            "".join(f"{name}:{headers[name].strip()}\n" for name in names),
            ";".join(names),
            body_hash,
        )
    )
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest(), ";".join(names)


def signed_headers(
    key_id: str,
    secret: str,
    *,
    host: str,
    action: str,
    version: str,
    query: Mapping[str, str],
    at: datetime,
    nonce: str,
) -> dict[str, str]:
    """The headers of one POST without a body."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-version": version,
        "x-acs-date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": NOTHING,
    }
    made, names = signature(secret, "POST", query, headers, NOTHING)
    headers["authorization"] = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={made}"
    return headers
