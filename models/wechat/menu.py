"""The account's menu: the four modules on everybody's phone (S28), as far as they are open. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

# The platform's: so many bytes of a name at the top, and below.
TOP_BYTES, BELOW_BYTES = 16, 60


class MenuRefused(ValueError):
    """A name that the platform would not take."""


def buttons(say: Callable[[str], str], base: str, open_modules: Collection[str]) -> list[dict[str, Any]]:
    """``say`` tells the words of ``wechat.menu.…``, ``base`` is the public address. Raises MenuRefused.

    A car in the way begins with a scan, and the platform's own button scans without opening a page first.
    """
    found: list[dict[str, Any]] = []
    if "move_car" in open_modules:
        found.append({"type": "scancode_push", "name": _name(say("move_car"), TOP_BYTES), "key": "move_car"})
    if "accidents" in open_modules:
        found.append(_view(say("accident"), f"{base}/accident", TOP_BYTES))
    below = [
        _view(say(key), f"{base}{path}", BELOW_BYTES)
        for key, path, module in (
            ("report", "/report", "reports"),
            ("hazard", "/hazard", "hazards"),
            ("all", "/menu", None),
            ("help", "/help", None),
        )
        if module is None or module in open_modules
    ]
    return [*found, {"name": _name(say("more"), TOP_BYTES), "sub_button": below}]


def _view(name: str, url: str, most: int) -> dict[str, Any]:
    return {"type": "view", "name": _name(name, most), "url": url}


def _name(text: str, most: int) -> str:
    if not text or len(text.encode()) > most:
        raise MenuRefused(text)
    return text
