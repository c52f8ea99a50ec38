"""Who tells the untruth again and again is not heard for a while: how often and how long is the table's to say."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from models.actions import report_ends
from models.actions.reporting import Reported
from models.actions.reviewing import Said, review
from models.errors import TooManyRequests
from models.store import Store
from tests.models.actions.test_reports import reporter_of, told
from tests.support.city import LI, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.support.rules import in_force

LIAR, SOMEBODY = b"d" * 16, b"e" * 16
DAY = 86_400
TWICE_IS_TOO_OFTEN = {
    "second_person": "false",
    "goes_now": "false",
    "working_days": "5",
    "more_hours": "72",
    "within_m": "100",
    "within_minutes": "60",
    "untrue_most": "2",
    "silent_days": "7",
}
_numbers = count()


async def tells(store: Store, device: bytes | None = LIAR, *, joins: Reported | None = None) -> Reported:
    """Of a car of which nobody told before, or of the same as ``joins``; with photos that nobody sent before."""
    number = next(_numbers)
    pictures = (0x9E37_79B9_7F4A_7C15 * (number + 1)) & 0x7FFF_FFFF_FFFF_FFFF
    car = number if joins is None else number - 1
    return await told(
        store, pictures, pictures ^ 0x0F0F_0F0F_0F0F_0F0F, holder=f"pass:{number}", device=device,
        plate=f"川TB{1000 + car}", joins="new" if joins is None else "join",
    )  # fmt: skip


async def is_found(store: Store, reason: str, device: bytes = LIAR) -> str:
    reported = await tells(store, device)
    await review(store, ZHANG, str(reported.id), Said("reject", reason=reason))
    return str(reported.id)


async def test_a_districts_table_says_how_often_and_for_how_long(store: Store, clock: FakeClock) -> None:
    await in_force(store, clock, "reports", YUCHENG, TWICE_IS_TOO_OFTEN)
    await is_found(store, "untrue")
    assert (await tells(store)).id
    clock.advance(3600)
    await is_found(store, "untrue")
    with pytest.raises(TooManyRequests) as refused:
        await tells(store)
    assert (refused.value.params["why"], refused.value.retry_at) == (
        "untrue",
        clock.now() + timedelta(days=7),
    )
    clock.advance(7 * DAY - 1)
    with pytest.raises(TooManyRequests):
        await tells(store)
    clock.advance(1)
    assert (await tells(store)).id


async def test_what_was_found_untrue_a_month_ago_counts_no_more(store: Store, clock: FakeClock) -> None:
    await is_found(store, "untrue")
    await is_found(store, "untrue")
    clock.advance(30 * DAY)
    await is_found(store, "untrue")
    assert (await tells(store)).id


async def test_other_reasons_are_no_untruth_and_others_are_heard(store: Store, clock: FakeClock) -> None:
    for reason in ("no_offence", "unclear_evidence", "plate_unreadable"):
        await is_found(store, reason)
        clock.advance(3600)
    assert (await tells(store)).id
    for _ in range(3):
        clock.advance(3600)
        await is_found(store, "untrue")
    clock.advance(3600)
    # Of the same address, from another phone; and from one that is not known as any.
    assert (await tells(store, SOMEBODY)).id
    assert (await tells(store, None)).id


async def test_who_only_joined_what_was_untrue_told_no_untruth(store: Store, clock: FakeClock) -> None:
    for _ in range(3):
        first = await tells(store, SOMEBODY)
        joined = await tells(store, LIAR, joins=first)
        assert (joined.id, joined.joined) == (first.id, True)
        await review(store, ZHANG, str(first.id), Said("reject", reason="untrue"))
        clock.advance(3600)
    assert (await tells(store, LIAR)).id
    with pytest.raises(TooManyRequests):
        await tells(store, SOMEBODY)


async def test_an_objection_that_ends_otherwise_takes_the_untruth_back(
    store: Store, clock: FakeClock
) -> None:
    ids = []
    for _ in range(3):
        ids.append(await is_found(store, "untrue"))
        clock.advance(3600)
    with pytest.raises(TooManyRequests):
        await tells(store)
    reporter = await reporter_of(store, Reported(ids[0], None))
    await report_ends.object_to(store, reporter, "照片是我亲手拍的")
    assert (await tells(store)).id
    await review(store, LI, ids[0], Said("uphold", reason="unclear_evidence"))
    assert (await tells(store)).id
