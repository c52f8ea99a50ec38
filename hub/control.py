"""Obeys the control sequence of the log: who came on duty, left or does something else, whose rights ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from hub.rights import Revocations, duty_channels
from models.clock import parse_iso


class Order(msgspec.Struct):
    """``subject`` is ``officer:<id>``, ``participant:<id>`` or ``session:<id>``."""

    event: str
    subject: str
    at: str
    district: str | None = None


class Control:
    """``end_shift`` and ``cut`` act on those who are connected here."""

    def __init__(
        self,
        revocations: Revocations,
        *,
        end_shift: Callable[[str, Iterable[str]], None],
        cut: Callable[[str], None],
        duty_changed: Callable[[str], None],
    ) -> None:
        self._revocations = revocations
        self._end_shift = end_shift
        self._cut = cut
        self._duty_changed = duty_changed

    def obey(self, data: str) -> None:
        """One control entry. Raises msgspec.DecodeError or ValueError for what is none."""
        order = msgspec.json.decode(data, type=Order)
        at = parse_iso(order.at).timestamp()
        if order.event == "revoked":
            self._revocations.revoke(order.subject, at)
            self._cut(order.subject)
        elif order.district is not None and order.event == "off_duty":
            self._revocations.off_duty(order.subject, order.district, at)
            self._end_shift(order.subject, duty_channels(order.district))
            self._duty_changed(order.district)
        elif order.district is not None and order.event == "on_duty":
            self._revocations.on_duty(order.subject, order.district)
            self._duty_changed(order.district)
        elif order.district is not None and order.event == "unit_status":
            self._duty_changed(order.district)
