"""Of what the four kinds of incident can be about: the reasons, in the order in which they are asked for.

Words of the program: what follows from one (priority, time, who is asked) is rule data. Leaves to others: their names
in the interface (the catalogue's ``staff.reason.…``).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models.incident.incident import Kind

REASONS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "move_car": ("blocking", "space", "fire_lane", "other"),
        # The worst answer to the first question (事故处理程序规定 13-15, 19); ``property``: damage, and cars can move.
        "accident": (
            "injured",
            "dangerous_goods",
            "drunk",
            "fled",
            "unlicensed",
            "immovable",
            "facility",
            "uninsured",
            "property",
        ),
        # What a citizen saw (道路交通安全法实施条例 38-63): a car that stands, or drives, as it may not.
        "report": (
            "obstructing",
            "fire_lane",
            "bus_stop",
            "sign",
            "line",
            "emergency_lane",
            "red_light",
            "wrong_way",
            "solid_line",
            "other",
        ),
        # What is wrong with the road itself, and what blocks it and has no plate (道路交通安全法 29-31; 消防法 28).
        "hazard": (
            "signal_out",
            "sign_missing",
            "marking_worn",
            "barrier_broken",
            "manhole",
            "pothole",
            "lamp_out",
            "spill",
            "debris",
            "obstructing",
            "fire_lane",
            "other",
        ),
    }
)
# All of them, each once.
ANY_REASON: tuple[str, ...] = tuple(dict.fromkeys(one for reasons in REASONS.values() for one in reasons))
