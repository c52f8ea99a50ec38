"""What the platform's ``errcode`` means for us. Pure.

A code that is not in the table is permanent: repeating what nobody understands mends nothing, and the code is told to
the operators.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models.providers.failures import (
    Limited,
    Permanent,
    ProviderFailure,
    Setup,
    Transient,
    Unanswered,
    Unreachable,
)

# The token has ended or was taken back: asked anew, once (``models.wechat.client``).
TOKEN_CODES = frozenset({40001, 40014, 42001})
# Of OAuth: the code was used already, is older than five minutes, or was never one.
CODE_CODES = frozenset({40029, 40163, 41008})
MINUTE, QUOTA_PAUSE = timedelta(minutes=1), timedelta(hours=1)

_UNREACHABLE = {
    43101: "refused_or_used_up",  # the person refused, or the one message that was allowed is spent
    43004: "not_following",
    40003: "address_unknown",
    43019: "blocked",  # the person has put the account on his blacklist
    50002: "person_limited",
}
_SETUP = {
    40013: "account_wrong",
    40125: "secret_wrong",
    41002: "account_wrong",
    41004: "secret_wrong",
    40037: "template_wrong",
    40036: "template_wrong",
    41030: "page_wrong",
    40164: "address_not_listed",  # ours, in the account's list of IP addresses
    61004: "address_not_listed",
    48001: "not_permitted",
    48004: "account_banned",
    43107: "account_banned",
    50001: "not_permitted",
    40243: "account_frozen",
}
_PERMANENT = {
    47003: "field_refused",
    47001: "malformed",
    44002: "malformed",
    45002: "too_long",
    45168: "words_refused",
    40039: "link_refused",
    40066: "link_refused",
}


def failure_of(code: int) -> ProviderFailure:
    """The failure that a code other than 0 is. What concerns the token is the client's to see to before."""
    text = str(code)
    if code in (-1, 43108):
        return Transient("busy", text)
    if code == 45011:
        return Limited("provider_limit", text, MINUTE)
    if code in (45009, 45047):
        return Limited("quota", text, QUOTA_PAUSE)
    if code in TOKEN_CODES:
        return Setup("token_refused", text)
    for kind, reasons in ((Unreachable, _UNREACHABLE), (Setup, _SETUP)):
        if code in reasons:
            return kind(reasons[code], text)
    return Permanent(_PERMANENT.get(code, "refused"), text)


def code_of(answer: Mapping[str, Any]) -> int:
    """The ``errcode`` of an answer, 0 where it has none. Raises Unanswered for one that is no number."""
    code = answer.get("errcode", 0)
    if not isinstance(code, int):
        raise Unanswered("unreadable", "errcode")
    return code


def check(answer: Mapping[str, Any]) -> None:
    """Raises the failure that an answer tells of."""
    code = code_of(answer)
    if code:
        raise failure_of(code)
