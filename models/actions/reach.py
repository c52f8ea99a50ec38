"""By which channel somebody is told first, and by which next: what the table ``reach`` says of a notice. No rows here.

A thread is everything by which one person is told one thing; its steps follow the version of the table that was in
force when it began, whatever becomes of the table meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from models.actions import deciding
from models.actions.deciding import Decision
from models.channels.states import State, is_news
from models.clock import BEIJING
from models.store import Store

To = Literal["owner", "officer", "person"]

MOVE_CAR = frozenset({"move_request", "reminder"})
CODES = frozenset({"binding_code"})
PARKING = frozenset({"officer_notice"})
# His car is the officers' now; the parties of an accident stand at the roadside and wait for their document.
AT_ONCE = frozenset({"handed_over", "agreement", "determination"})
ALARMS = frozenset({"panic", "grave", "watched_vehicle"})


@dataclass(frozen=True, slots=True)
class Rung:
    """One step. ``after`` the step before; ``until``: as soon as so much is known of it nothing follows.

    ``most_a_day``: to one person by this channel, None without a bound. ``quiet``: hours of Beijing's day between
    which it waits, None: never.
    """

    step: int
    channel: str
    after: timedelta
    until: State
    most_a_day: int | None
    quiet: tuple[int, int] | None

    def reached(self, state: str) -> bool:
        """Whether ``state`` is as much as this step was to bring about. A failure is nothing, however late it came."""
        return state not in ("failed", "cancelled") and not is_news(state, self.until)


def about(template: str) -> str:
    """What a text is about, in the table's words."""
    known = (
        ("move_car", MOVE_CAR), ("code", CODES), ("parking", PARKING), ("at_once", AT_ONCE), ("alarm", ALARMS),
    )  # fmt: skip
    for name, templates in known:
        if template in templates:
            return name
    return "news"


def decide(store: Store, district: str | None, to: To, template: str, at: datetime) -> Decision:
    """What the table says in a district, without one in the installation's first city, of what began at ``at``."""
    given = {"to": to, "about": about(template), "hour": at.astimezone(BEIJING).hour}
    return deciding.ask(store, "reach", district or "", at, given)


def rungs(store: Store, district: str | None, to: To, template: str, at: datetime) -> tuple[Rung, ...]:
    """The steps in their order; empty where a table says nothing of it."""
    results = decide(store, district, to, template, at).matched.results
    return tuple(sorted(map(_rung, results), key=lambda one: one.step))


def first(
    store: Store,
    district: str | None,
    to: To,
    template: str,
    at: datetime,
    *,
    channel: str | None = None,
) -> Rung:
    """The step to begin with: the first, or the one by ``channel``. A table that says nothing means the simulator."""
    known = rungs(store, district, to, template, at)
    begin = [one for one in known if one.channel == channel] or list(known)
    return begin[0] if begin else _NONE


_NONE = Rung(1, "simulator", timedelta(), "sent", None, None)


def _rung(result: Any) -> Rung:
    quiet = (result["quiet_from"], result["quiet_to"])
    return Rung(
        step=result["step"],
        channel=result["channel"],
        after=timedelta(seconds=result["after_seconds"]),
        until=result["until"],
        most_a_day=result["most_a_day"],
        quiet=None if None in quiet or quiet[0] == quiet[1] else quiet,
    )


def until_morning(quiet: tuple[int, int], at: datetime) -> datetime | None:
    """The end of the quiet hours in which ``at`` is, by Beijing's clock; None outside of them."""
    begin, end = quiet
    local = at.astimezone(BEIJING)
    hours = (local.hour - begin) % 24
    if hours >= (end - begin) % 24:
        return None
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    wakes = midnight + timedelta(hours=end)
    return wakes if wakes > local else wakes + timedelta(days=1)
