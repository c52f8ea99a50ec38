"""What a code of the account says when it is scanned: whose window it sticks on. Pure."""

from __future__ import annotations

import re

from models.wechat.client import LONGEST_SCENE

_STICKER = re.compile(r"s:([A-Za-z0-9_-]{1,43})")


def of_sticker(code: str) -> str:
    """The scene of a sticker's code."""
    scene = f"s:{code}"
    assert len(scene) <= LONGEST_SCENE
    return scene


def sticker_of(scene: str) -> str | None:
    """The sticker that a scene names, None for any other scene. Whether there is one is for its page to say."""
    found = _STICKER.fullmatch(scene)
    return found[1] if found else None


def page_of(scene: str | None) -> str:
    """The path to open for whoever scanned: the sticker's page, else the menu."""
    code = None if scene is None else sticker_of(scene)
    return "/menu" if code is None else f"/s/{code}"
