"""The tables that the program asks: their columns and how their rows are read. What the rows say is the city's.

A later part of the program that needs a rule adds its definition here and its shipped rows beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.accident import forms
from models.duty.units import VEHICLES
from models.incident import kinds
from models.incident.incident import KINDS as INCIDENT_KINDS
from models.rules.columns import Column, choice, flag, number

# first: the first row that matches decides. unique: only one row can match. collect: every row that matches counts.
Policy = Literal["first", "unique", "collect"]

KINDS = INCIDENT_KINDS
REASONS = kinds.ANY_REASON
# Where a car may not stop, after art. 63 of the implementing regulation (实施条例), and where children and the sick go.
PLACES = (
    "unknown", "street", "residential", "fire_lane", "junction", "crossing", "bus_stop", "school", "hospital",
    "expressway",
)  # fmt: skip
# Why a vehicle is looked out for: a phased-out emission class, an inspection that is overdue, stolen, its plate is used
# by another vehicle too, or caught again and again.
WATCHED = ("yellow_label", "inspection_overdue", "stolen", "cloned", "repeat_offender")
# What an officer saw of a parked vehicle.
GROUNDS = ("obstructing", "fire_lane", "bus_stop", "sign", "line", "other")
# Who answers for a hazard of the road.
BODIES = (
    "officers", "traffic_police", "facilities", "roads", "lighting", "cleaning", "utilities",
)  # fmt: skip
# What is news to who follows a hazard.
HAZARD_NEWS = ("taken", "mended", "reopened", "ended")
# Channels to somebody with a phone, and all to persons.
TO_OWNERS = ("wechat", "sms", "call")
TO_PERSONS = (*TO_OWNERS, "wecom", "web_push")
DAY, MONTH = 86_400, 2_678_400  # seconds; a month of 31 days

_KIND = choice("kind", *KINDS)
_REASON = choice("reason", *REASONS)
_PLACE = choice("place", *PLACES)
_VEHICLE = choice("vehicle", "motor", "non_motor")
_HOUR = number("hour", 0, 23, usual=12)


@dataclass(frozen=True, slots=True)
class Definition:
    """``key``: outputs of a collecting table that together name what a row is about; two rows that can match at

    once must not name the same.
    """

    name: str
    policy: Policy
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, field: str) -> Column | None:
        """The input or output of this name."""
        return next((one for one in (*self.inputs, *self.outputs) if one.field == field), None)


_ALL = (
    # What a reason says by itself; nothing else is asked before it. No place is known of it but this one.
    Definition(
        "reasons",
        "first",
        inputs=(_KIND, _REASON),
        outputs=(_PLACE, flag("obstructs"), number("priority", 0, 3)),
    ),
    Definition(
        "response",
        "first",
        inputs=(_KIND, _REASON, _PLACE, _HOUR),
        # A road is mended within weeks, an accident settled within minutes.
        outputs=(number("seconds", 1, 3 * MONTH),),
    ),
    Definition(
        "promises",
        "first",
        inputs=(_KIND, _REASON, _PLACE, _HOUR),
        # One to four, the shortest first: so many fit side by side on a phone.
        outputs=(number("promise_minutes", 1, 120, many=True),),
    ),
    Definition(
        "ladder",
        "collect",
        inputs=(_KIND, _REASON, _PLACE, _HOUR),
        outputs=(
            number("step", 1, 20),
            # One of the two: a share of the response time, or seconds.
            number("after_percent", 1, 1000, optional=True),
            number("after_seconds", 1, DAY, optional=True),
            choice("actions", "second_contact", "tell_commander", "offer", "widen", "amber", many=True),
            # By which channel of the table ``reach`` the owner is told first; empty: by its first.
            choice("channel", "simulator", *TO_OWNERS, optional=True),
            flag("unless_answered"),
        ),
        key=("step",),
    ),
    # By which channels somebody is told, one after the other.
    Definition(
        "reach",
        "collect",
        inputs=(
            choice("to", "owner", "officer", "person"),
            # A car in the way now, a code to type, a parking record, what he waits for or must know now, an alarm of
            # the staff, anything else.
            choice("about", "news", "move_car", "code", "parking", "at_once", "alarm"),
            _HOUR,
        ),
        outputs=(
            number("step", 1, 9),
            choice("channel", *TO_PERSONS),
            # After the step before it; one that failed is followed at once.
            number("after_seconds", 0, DAY),
            # As soon as so much is known of a step nothing follows it.
            choice("until", "answered", "seen", "delivered", "sent"),
            # To one person by this channel within 24 hours; empty: as often as there is something to tell.
            number("most_a_day", 1, 1_000, optional=True),
            # Hours of the wall clock between which it waits; empty: never.
            number("quiet_from", 0, 23, optional=True),
            number("quiet_to", 0, 23, optional=True),
        ),
        key=("step",),
    ),
    Definition(
        "routing",
        "first",
        inputs=(_KIND, _REASON, _PLACE, _HOUR, choice("stage", "offer", "widen", "handed_over", "next")),
        outputs=(
            number("offers_at_once", 1, 20),
            number("acknowledge_seconds", 5, 3600),
            number("rings_m", 50, 50_000, many=True),
            choice("roles", "police", "auxiliary", many=True),
            number("fresh_seconds", 10, 3600),
            # Who comes first of those in the same ring; empty: who is nearest.
            choice("order", "zone", "vehicle", "load", "turns", many=True, optional=True),
            # Which vehicles count as the right ones; empty: any.
            choice("vehicles", *VEHICLES, many=True, optional=True),
        ),
    ),
    Definition(
        "requests",
        "first",
        inputs=(_KIND, _REASON, flag("located")),
        outputs=(
            number("delay_seconds", 0, 600),
            # Bounded closely: with more guesses the proof of standing before the car would be none.
            number("wrong_tails", 3, 5),
            number("lock_seconds", 600, DAY),
        ),
    ),
    Definition(
        "limits",
        "collect",
        inputs=(_KIND, _REASON),
        outputs=(
            choice("subject", "device", "address", "vehicle", "sticker", "device_and_vehicle"),
            number("most", 1, 10_000),
            number("seconds", 1, 12 * MONTH),
            # Who goes over it is refused until so much later: the blacklist. 0: until there is room again.
            number("block_seconds", 0, 12 * MONTH),
        ),
        key=("subject", "seconds"),
    ),
    Definition(
        "evidence",
        "first",
        inputs=(
            choice("by", "citizen", "auxiliary", "police"),
            choice("purpose", "move_car", "illegal_parking", "accident", "hazard"),
        ),
        outputs=(
            number("photos_least", 0, 20),
            number("photos_most", 1, 20),
            number("seconds_apart", 0, 600),
            number("oldest_seconds", 60, MONTH),
            flag("live_only"),
        ),
    ),
    Definition(
        "disposition",
        "first",
        inputs=(
            number("repeats_30_days", 0, 1000),
            number("repeats_180_days", 0, 1000),
            number("repeats_365_days", 0, 1000),
            _PLACE,
            number("minutes_until_left", 0, 10_000, usual=10_000),
            flag("obstructs"),
            # On any list of vehicles to look out for, and on which.
            flag("watched"),
            *(flag(kind) for kind in WATCHED),
        ),
        outputs=(
            choice("disposition", "none", "warning", "penalty"),
            flag("second_person"),
        ),
    ),
    Definition(
        "retention",
        "unique",
        inputs=(
            choice(
                "what", "first_answers", "lockouts", "sessions", "tokens", "decisions", "positions", "messages",
                "photos", "incidents", "audit", "notices", "bindings", "refusals", "watch_flags", "accidents",
                "accident_links", "registrations", "reports", "hazard_contacts",
            ),
        ),
        outputs=(number("days", 1, 3660),),
    ),
    # How figures count: within how many days a vehicle that is notified again counts as a repeat.
    Definition(
        "figures",
        "first",
        inputs=(choice("figure", "repeat_share"),),
        outputs=(number("days", 1, 366),),
    ),
    # What becomes of a citizen's report by its offence.
    Definition(
        "reports",
        "first",
        inputs=(choice("offence", *kinds.REASONS["report"]), _HOUR),
        outputs=(
            # A second officer has to agree before it counts.
            flag("second_person"),
            # Verified, somebody goes there now; else it is a draft of a case.
            flag("goes_now"),
            number("working_days", 1, 15),
            # How long the reporter may add what he is asked for.
            number("more_hours", 1, 720),
            # What somebody reported already: the same vehicle, so near and so soon.
            number("within_m", 5, 5_000),
            number("within_minutes", 1, 10_080),
            # Who was found to have told the untruth so often within a month is not heard for so many days; 0: always.
            number("untrue_most", 1, 100),
            number("silent_days", 0, 366),
        ),
    ),
    # No code: the table knows of none, and whoever keeps the official register chooses it.
    Definition(
        "offence",
        "first",
        inputs=(choice("grounds", *GROUNDS), _VEHICLE),
        outputs=(
            number("offence", 1_000, 999_999, optional=True),
            choice("reason", *kinds.REASONS["move_car"]),
        ),
    ),
    Definition(
        "stay",
        "first",
        inputs=(_VEHICLE,),
        outputs=(number("within_m", 5, 1_000), number("within_minutes", 5, 10_080)),
    ),
    # ``officers``: theirs at once. Which agency a body is, where, is the city's data (``agencies``).
    Definition(
        "hazards",
        "first",
        inputs=(choice("reason", *kinds.REASONS["hazard"]), _PLACE),
        outputs=(
            choice("body", *BODIES),
            number("join_within_m", 5, 1_000),
            number("reopen_days", 1, 90),
            number("reopens_most", 1, 20),
            number("expire_days", 1, 366),
        ),
    ),
    # What followers of a hazard who left a phone are told, and how seldom.
    Definition(
        "hazard_notices",
        "first",
        inputs=(choice("event", *HAZARD_NEWS), choice("reason", *kinds.REASONS["hazard"])),
        outputs=(
            flag("tell"),
            number("most", 1, 100),
            number("apart_minutes", 0, 10_080),
            number("most_a_day", 1, 100),
            number("hazards_most", 1, 100),
        ),
    ),
    # Whether the police are called at once, whether the cars leave the road, whether an ambulance comes first.
    Definition(
        "accident_path",
        "first",
        inputs=tuple(flag(one) for one in forms.ANSWERS),
        outputs=(
            choice("path", "police", "settle"),
            choice("reason", *kinds.REASONS["accident"]),
            flag("move"),
            flag("rescue"),
        ),
    ),
    Definition(
        "scene_photos",
        "first",
        inputs=(choice("form", *forms.FORMS),),
        outputs=(choice("shots", *forms.SHOTS, many=True),),
    ),
    # Asked once for each of the two: what he did, and what the other one did.
    Definition(
        "fault",
        "first",
        inputs=(choice("did", *forms.MANOEUVRES), choice("other", *forms.MANOEUVRES)),
        outputs=(choice("grade", *forms.GRADES, forms.UNCLEAR),),
    ),
)  # fmt: skip

DEFINITIONS: dict[str, Definition] = {definition.name: definition for definition in _ALL}
