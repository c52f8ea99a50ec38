"""One notice through its channel: the city's set-up, the time it may take, the breaker, and what comes of it.

What a channel says is sorted here into what happens next; recording it is ``models.actions.notices``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from models.actions import manners, notices
from models.actions.notices import Claimed
from models.actions.settling import Ended
from models.channels.kinds import KINDS
from models.channels.setups import Setup
from models.store import Store
from workers import measures
from workers.channels import CHANNELS, Accepted, Refused, Unanswered
from workers.channels.breaker import Breaker
from workers.channels.pace import Pace
from workers.texts import UnknownTemplate, write

DELIVER_SECONDS = 10  # for a channel without a set-up
TRIES = 6
FIRST_RETRY = timedelta(seconds=2)  # doubled each time
LIMITED = timedelta(seconds=30)  # when a provider wants us to wait and says not how long
LONGEST_HELD = timedelta(hours=1)  # a notice that has waited for a provider so long goes its other ways
# How a channel that stands for others until a city has set them up is called.
STAND_IN = "simulator"

log = structlog.get_logger()


class Lines:
    """What this process knows of the providers: a breaker and a pace for each city and channel."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._paces: dict[tuple[str, str], Pace] = {}

    def breaker(self, city: str, channel: str) -> Breaker:
        return self._breakers.setdefault((city, channel), Breaker())

    def pace(self, city: str, channel: str) -> Pace:
        return self._paces.setdefault((city, channel), Pace())


LINES = Lines()  # RQ calls jobs by name and hands them nothing


async def deliver(store: Store, notice: Claimed, lines: Lines = LINES) -> Ended | None:
    """What came of it; None when somebody else has the notice meanwhile."""
    if (objected := await manners.objection(store, notice)) is not None:
        return objected
    setup = store.channels.of(notice.city, notice.channel)
    if setup is None and notice.channel != STAND_IN and store.settings.production:
        return _refused(store, notice, Refused("setup", "not_set_up"))
    city = setup.city if setup else notice.city or ""
    if waits := _held(lines, city, notice.channel, setup):
        return _later(store, notice, "provider_resting", waits)
    if setup is not None and not KINDS[notice.channel].recognises and not await notices.asked(store, notice):
        return None
    failed = False
    try:
        accepted = await _ask(store, notice, setup)
    except Refused as refused:
        failed = refused.why == "transient"
        return _refused(store, notice, refused)
    except Unanswered as unanswered:
        failed = True
        return _unanswered(store, notice, unanswered)
    finally:
        _ended(lines, city, notice.channel, failed=failed)
    return _accepted(store, notice, accepted)


async def _ask(store: Store, notice: Claimed, setup: Setup | None) -> Accepted:
    """Raises Refused and Unanswered, and nothing else."""
    channel = CHANNELS.get(notice.channel) if setup else CHANNELS[STAND_IN]
    if channel is None or notice.channel not in KINDS:
        raise Refused("permanent", "unknown_channel")
    seconds = setup.timeout_seconds if setup else DELIVER_SECONDS
    try:
        message = write(notice, store.settings.public_url, store.texts.of(notice.city))
    except (UnknownTemplate, KeyError) as error:
        log.error("notice_unwritable", notice=notice.id, error=str(error))
        raise Refused("permanent", "unwritable") from None
    try:
        with measures.delivery_time.labels(notice.channel).time():
            async with asyncio.timeout(seconds):
                return await channel(store, notice, message, setup)
    except (Refused, Unanswered):
        raise
    except TimeoutError:
        raise Unanswered("timed_out") from None
    except Exception as error:
        log.exception("channel_failed", notice=notice.id, channel=notice.channel)
        raise Unanswered("our_fault", code=type(error).__name__) from None


def _held(lines: Lines, city: str, channel: str, setup: Setup | None) -> float:
    """Seconds that this notice has to wait before the provider is asked at all."""
    if setup is None:
        return 0.0
    now = lines.now()
    return lines.pace(city, channel).wait(now, setup.a_minute) or lines.breaker(city, channel).wait(now)


def _ended(lines: Lines, city: str, channel: str, *, failed: bool) -> None:
    breaker, now = lines.breaker(city, channel), lines.now()
    breaker.ended(now, failed=failed)
    measures.breaker.labels(city, channel).set({"closed": 0, "half_open": 1, "open": 2}[breaker.stand(now)])


def _accepted(store: Store, notice: Claimed, accepted: Accepted) -> Ended:
    late = (store.clock.now() - notice.due_at).total_seconds()
    measures.delivered.labels(notice.channel, "accepted").inc()
    measures.lateness.labels(notice.channel).observe(max(0, late))
    return Ended(notice, "delivered" if accepted.delivered else "sent", provider_id=accepted.provider_id)


def _refused(store: Store, notice: Claimed, refused: Refused) -> Ended:
    _tell(notice, refused.why, refused)
    if refused.why == "limited":
        waits = refused.retry_after or LIMITED
        return _later(store, notice, refused.reason, waits.total_seconds(), refused.code)
    if refused.why == "transient" and notice.attempts < TRIES:
        return Ended(notice, "queued", refused.reason, refused.code, due_at=_backed_off(store, notice))
    return Ended(notice, "failed", refused.reason, refused.code)


def _unanswered(store: Store, notice: Claimed, unanswered: Unanswered) -> Ended:
    _tell(notice, "unknown", unanswered)
    if not _recognises(store, notice):
        return Ended(notice, "unknown", unanswered.reason, unanswered.code)
    if notice.attempts < TRIES:
        return Ended(notice, "queued", unanswered.reason, unanswered.code, due_at=_backed_off(store, notice))
    return Ended(notice, "failed", unanswered.reason, unanswered.code)


def _recognises(store: Store, notice: Claimed) -> bool:
    if store.channels.of(notice.city, notice.channel) is None:
        return True  # the stand-in shows what it has once
    return KINDS[notice.channel].recognises


def _later(store: Store, notice: Claimed, reason: str, seconds: float, code: str | None = None) -> Ended:
    """It was not asked, or told to wait: that is no try. What has waited too long goes its other ways."""
    at = store.clock.now()
    if at - (notice.held_since or at) > LONGEST_HELD:
        return Ended(notice, "failed", reason, code)
    measures.delivered.labels(notice.channel, "held").inc()
    return Ended(notice, "queued", reason, code, due_at=at + timedelta(seconds=max(0.1, seconds)), held=True)


def _backed_off(store: Store, notice: Claimed) -> datetime:
    return store.clock.now() + FIRST_RETRY * (1 << notice.attempts - 1)


def _tell(notice: Claimed, outcome: str, why: Refused | Unanswered) -> None:
    measures.delivered.labels(notice.channel, outcome).inc()
    log.warning(
        "notice_not_sent",
        notice=notice.id,
        channel=notice.channel,
        attempts=notice.attempts,
        outcome=outcome,
        reason=why.reason,
        code=why.code,
    )
