"""Numbers that stand for two others (AXB): A and B reach each other by dialling X, and neither sees the other's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.aliyun.client import Account, national
from models.clock import BEIJING
from models.providers.failures import Permanent, Unanswered

# The platform refuses an end that is nearer than a minute.
SHORTEST = timedelta(seconds=75)


@dataclass(frozen=True, slots=True)
class Bound:
    """``number`` is X as one dials it; with ``subscription`` it is unbound."""

    subscription: str
    number: str = field(repr=False)


async def bind(account: Account, pool: str, a: str, b: str, until: datetime, key: str) -> Bound:
    """Binds two numbers (E.164) until an instant, from when on X leads nowhere. Calls are not recorded.

    Raises ProviderFailure.
    """
    answer = await account.ask(
        "BindAxb",
        {
            "PoolKey": pool,
            "PhoneNoA": national(a),
            "PhoneNoB": national(b),
            "Expiration": f"{max(until, account.now() + SHORTEST).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
            "IsRecordingEnabled": "false",
            "OutId": key,
        },
    )
    found = answer.get("SecretBindDTO")
    if isinstance(found, dict):
        subscription, number = found.get("SubsId"), found.get("SecretNo")
        if isinstance(subscription, str) and isinstance(number, str) and subscription and number:
            return Bound(subscription, number)
    raise Unanswered("unreadable", "SecretBindDTO")


async def unbind(account: Account, pool: str, bound: Bound) -> None:
    """X leads nowhere from now on. What is not bound any more is no failure. Raises ProviderFailure."""
    given = {"PoolKey": pool, "SubsId": bound.subscription, "SecretNo": bound.number}
    try:
        await account.ask("UnbindSubscription", given)
    except Permanent as refused:
        if refused.reason != "not_there":
            raise
