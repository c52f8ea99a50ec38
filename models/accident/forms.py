"""The words of an accident: what is asked first, how cars collide, what drivers do, and the grades of responsibility.

Which answer leads where, which photos are taken and who answers for what is rule data (tables ``accident_path``,
``scene_photos``, ``fault``). Sources: 道路交通事故处理程序规定 13-15 (answers), 21 (form), 60 (grades); a list of 22
situations that provinces publish in wordings of their own (manoeuvres).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

# What is asked before anything else, the worst first. Each is also the reason of the incident, when it decides.
ANSWERS: tuple[str, ...] = (
    "injured",
    "dangerous_goods",
    "drunk",
    "fled",
    "unlicensed",
    "immovable",
    "facility",
    "uninsured",
)

# How the cars collided (art. 21: 事故形态), and what a driver can have done in it.
MANOEUVRES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rear_end": ("rear_end",),
        "lane_change": ("lane_change", "cut_in", "merge"),
        "junction": ("no_yield", "turning", "red_light", "late_start"),
        "oncoming": ("meeting", "wrong_way"),
        "overtaking": ("overtaking", "overtaking_right"),
        "u_turn": ("u_turn",),
        "reversing": ("reversing", "rolling"),
        "door": ("door",),
        "parking": ("leaving_space", "parked"),
        "other_form": ("closed_lane", "cargo", "towing", "lost_control"),
    }
)
FORMS: tuple[str, ...] = tuple(MANOEUVRES_OF)
ORDINARY = "ordinary"  # drove, or stood, as he may
MANOEUVRES: tuple[str, ...] = (ORDINARY, *(one for of in MANOEUVRES_OF.values() for one in of))

SHOTS: tuple[str, ...] = ("front", "rear", "impact", "plates", "wide")

Grade = Literal["full", "main", "equal", "secondary", "free"]
GRADES: tuple[Grade, ...] = ("full", "main", "equal", "secondary", "free")
UNCLEAR = "unclear"  # the table leaves it to the parties or an officer
# Nobody's fault: an accident by chance, and nobody answers for it (art. 60, third). An officer's word only.
NEITHER = "neither"
DETERMINED: tuple[str, ...] = (*GRADES, NEITHER)
# What is left for the other of two parties (art. 60).
OPPOSITE: Mapping[str, str] = MappingProxyType(
    {
        "full": "free",
        "main": "secondary",
        "equal": "equal",
        "secondary": "main",
        "free": "full",
        NEITHER: NEITHER,
    }
)

# Where a vehicle was hit (art. 21, 24: 碰撞部位).
IMPACTS: tuple[str, ...] = (
    "front",
    "front_left",
    "front_right",
    "left",
    "right",
    "rear_left",
    "rear_right",
    "rear",
    "other",
)
WEATHER: tuple[str, ...] = ("clear", "cloudy", "rain", "snow", "fog")
VEHICLE_TYPES: tuple[str, ...] = (
    "car",
    "truck",
    "bus",
    "motorcycle",
    "e_bike",
    "bicycle",
    "tractor",
    "other_vehicle",
)


def agrees(one: str, other: str) -> bool:
    """Whether two grades leave nothing open and count nothing twice."""
    return OPPOSITE.get(one) == other
