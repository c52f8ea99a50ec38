"""Which flags the code asks for. Their stages are data; that a flag exists, and has code behind it, is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["module", "feature", "rule"]
# Whose hash decides whether he is in a pilot. The same one is always in, however often he comes.
Unit = Literal["vehicle", "owner", "officer"]
Module = Literal["move_car", "accidents", "reports", "hazards", "parking", "duty"]
Feature = Literal["request_photos"]
MODULES: tuple[Module, ...] = ("move_car", "accidents", "reports", "hazards", "parking", "duty")


@dataclass(frozen=True, slots=True)
class Definition:
    """``built``: there is code to switch on. ``live``: on everywhere as long as nobody says otherwise."""

    key: str
    kind: Kind
    unit: Unit
    built: bool = True
    live: bool = False


DEFINITIONS: Mapping[str, Definition] = {
    one.key: one
    for one in (
        Definition("module.move_car", "module", "vehicle", live=True),
        Definition("module.accidents", "module", "vehicle"),
        Definition("module.reports", "module", "owner"),
        Definition("module.hazards", "module", "owner"),
        Definition("module.parking", "module", "owner", built=False),
        Definition("module.duty", "module", "officer", live=True),
        Definition("feature.request_photos", "feature", "vehicle", live=True),
    )
}


# Tables of rules of which a version can be tried for a share of the cars: those that are asked about one request or
# one incident. A test says that each table is here or there.
TRIED_TABLES = ("response", "promises", "ladder", "routing", "requests", "limits", "evidence", "disposition")
# Asked about what is kept, which is of no car: half of a district's records cannot be removed earlier; and what a
# reason says, which is asked within every other question.
UNTRIED_TABLES = (
    "retention", "reasons", "figures", "offence", "stay", "reports", "hazards", "hazard_notices",
    "reach",
    "accident_path", "scene_photos", "fault",
)  # fmt: skip
# Asked in the district of the car's sticker, before it is known where the incident is.
OF_THE_STICKER = frozenset({"requests", "limits"})
_RULE = re.compile(rf"rule\.({'|'.join(TRIED_TABLES)})\.([0-9a-z]{{26}})")


def definition(key: str) -> Definition | None:
    """The flag of this key; ``rule.<table>.<id>`` is a version of a rule beside the one in force."""
    if _RULE.fullmatch(key):
        return Definition(key, "rule", "vehicle")
    return DEFINITIONS.get(key)


def rule_key(table: str, version_id: str) -> str:
    return f"rule.{table}.{version_id}"


def rule_of(key: str) -> tuple[str, str] | None:
    """Table and version of a rule's key; None for other keys."""
    found = _RULE.fullmatch(key)
    return (found[1], found[2]) if found else None


def is_untried(key: str) -> bool:
    """Whether it names a version of a table of which none can be tried for a share."""
    return key.startswith(tuple(f"rule.{table}." for table in UNTRIED_TABLES))


def module_key(module: Module) -> str:
    return f"module.{module}"


def feature_key(feature: Feature) -> str:
    return f"feature.{feature}"
