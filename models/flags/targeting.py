"""A flag's content as the flag engine reads it: JsonLogic that says ``on`` or ``off``.

It is made here and nowhere written by hand: the engine takes a mistake in it for "nothing matches" and answers
with the default, without a word. A share is sticky, because it goes by a hash of flag and key, and monotone,
because those who are on come first in its range: whoever is in at 20 % is in at 50 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.flags.content import STAFF, Content, Stage
from models.flags.definitions import Definition

Logic = Any  # JsonLogic: lists, dicts, strings
_DISTRICT, _CITY, _ROLE, _KEY = ({"var": name} for name in ("district", "city", "role", "targetingKey"))
# The flag's name is in it: who is early in one pilot need not be early in all.
_BUCKET = {"cat": [{"var": "$flagd.flagKey"}, _KEY]}


def compiled(definition: Definition, content: Content) -> dict[str, Any]:
    """The flag in the engine's format."""
    return {
        "state": "DISABLED" if content.killed else "ENABLED",
        "variants": {"on": True, "off": False},
        "defaultVariant": "off",
        "targeting": _for_roles(content, _by_place(definition, content)),
    }


def _for_roles(content: Content, logic: Logic) -> dict[str, Any]:
    wanted = {"in": [_ROLE, list(content.roles)]} if content.roles else True
    return {"if": [wanted, logic, "off"]}


def _by_place(definition: Definition, content: Content) -> Logic:
    branches: list[Logic] = []
    for var, stages in ((_DISTRICT, content.districts), (_CITY, content.cities)):
        for stage, codes in _together(stages).items():
            branches += [{"in": [var, codes]}, _of_stage(definition, stage)]
    return {"if": [*branches, _of_stage(definition, content.everywhere)]}


def _together(stages: Mapping[str, Stage]) -> dict[Stage, list[str]]:
    """Places of one stage need one comparison."""
    found: dict[Stage, list[str]] = {}
    for code, stage in sorted(stages.items()):
        found.setdefault(stage, []).append(code)
    return found


def _of_stage(definition: Definition, stage: Stage) -> Logic:
    if stage.state == "off":
        return "off"
    if stage.state == "live":
        return "on"
    staff = {"in": [_ROLE, list(STAFF)]}
    if stage.state == "integrating":
        return {"if": [staff, "on", "off"]}
    share = {"fractional": [_BUCKET, ["on", stage.share], ["off", 100 - stage.share]]}
    known = {"if": [{"!!": [_KEY]}, share, "off"]}
    # Where officers are the unit, being staff is not enough.
    return known if definition.unit == "officer" else {"if": [staff, "on", known]}
