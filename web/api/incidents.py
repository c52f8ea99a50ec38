"""One incident: looked at in full, and the commands of those concerned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from models.actions import audit
from models.actions.commands import act
from models.caller import Officer
from models.errors import (
    AlreadyAccepted,
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    NotFound,
    NotOnDuty,
    SwitchedOff,
    VersionConflict,
)
from models.incident import commands, hazards
from models.incident.commands import Command
from models.incident.support import MOST_WANTED
from models.incident.views import View
from models.queries.incident import incident_for
from web import whereabouts
from web.answers import Answer
from web.api.shapes import MaybeReason, OneIncident, OnePulledIncident, Reason
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping

# Why: a code of `models/incident/reasons.json`, or words of one's own.


class Order(Shape):
    """``version``: only if the incident is still in this one. ``reason`` and ``note`` are for the record."""

    version: Annotated[int, Meta(ge=0, le=2_147_483_647)] | None = None
    reason: MaybeReason | None = None
    note: Annotated[str, Meta(max_length=1000)] | None = None


class AnswerOrder(Order, kw_only=True):
    """``minutes`` with ``coming`` only."""

    reply: Literal["coming", "cannot", "not_mine", "moved"]
    minutes: Annotated[int, Meta(ge=1, le=120)] | None = None


class ResolveOrder(Order):
    outcome: Literal["resolved", "settled", "rejected", "duplicate"] = "resolved"


class DeclineOrder(Order, kw_only=True):
    reason: Reason


class UnitOrder(Order, kw_only=True):
    """``officer``: the service number of a unit that is on duty in the incident's district."""

    officer: Annotated[str, Meta(min_length=1, max_length=20)]
    reason: Reason


class MergeOrder(Order, kw_only=True):
    """``into``: the open incident of the same district that goes on for both."""

    into: Annotated[str, Meta(min_length=1, max_length=26)]
    reason: Reason


class TransferOrder(Order, kw_only=True):
    """``district``: another one of the same city."""

    district: Annotated[str, Meta(min_length=1, max_length=12)]
    reason: Reason


class BackupOrder(Order, kw_only=True):
    units: Annotated[int, Meta(ge=1, le=MOST_WANTED)] = 1


class ReferOrder(Order):
    """``agency``: the code of one of the district's; without it the one that the rule names."""

    agency: Annotated[str, Meta(max_length=20)] | None = None


class TakeNoteOrder(Order):
    """``by``: when it will be mended, if the agency says so."""

    by: Annotated[datetime, Meta(tz=True)] | None = None


class RateOrder(Order, kw_only=True):
    stars: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=500)] | None = None


Make = Callable[[Any, dict[str, str | None]], Command]

COMMANDS: tuple[tuple[str, type[Order], str, Make], ...] = (
    (
        "answer",
        AnswerOrder,
        "The owner answers: coming in so many minutes (one of `you.minutes`), cannot, not my car, moved already.",
        lambda body, texts: commands.Answer(reply=body.reply, minutes=body.minutes, **texts),
    ),
    ("settle", Order, "The car has been moved.", lambda _, texts: commands.Settle(**texts)),
    (
        "cancel",
        Order,
        "A requester withdraws; with the last one it ends.",
        lambda _, texts: commands.Cancel(**texts),
    ),
    (
        "hand_over",
        Order,
        "To the officers now, without waiting for the time.",
        lambda _, texts: commands.HandOver(**texts),
    ),
    (
        "defer",
        Order,
        "The requester waits for the owner's promise.",
        lambda _, texts: commands.Defer(**texts),
    ),
    ("accept", Order, "An officer on duty takes it.", lambda _, texts: commands.Accept(**texts)),
    (
        "decline",
        DeclineOrder,
        "An officer gives his offer back, with a reason.",
        lambda _, texts: commands.Decline(**texts),
    ),
    ("arrive", Order, "The officer is at the place.", lambda _, texts: commands.Arrive(**texts)),
    (
        "resolve",
        ResolveOrder,
        "The officer or a commander closes it.",
        lambda body, texts: commands.Resolve(outcome=body.outcome, **texts),
    ),
    (
        "release",
        Order,
        "The officer gives it back to the others.",
        lambda _, texts: commands.Release(**texts),
    ),
    (
        "reopen",
        Order,
        "A commander opens it again, with a reason.",
        lambda _, texts: commands.Reopen(**texts),
    ),
    (
        "assign",
        UnitOrder,
        "A commander gives it to an officer who is on duty; he is told loudly, and may release it with a reason.",
        lambda body, texts: commands.Assign(officer=body.officer, reason=texts["reason"], note=texts["note"]),
    ),
    (
        "reassign",
        UnitOrder,
        "A commander takes it from one officer and gives it to another.",
        lambda body, texts: commands.Reassign(
            officer=body.officer, reason=texts["reason"], note=texts["note"]
        ),
    ),
    (
        "assign_support",
        UnitOrder,
        "A commander sends one more unit to the officer who has it.",
        lambda body, texts: commands.AssignSupport(
            officer=body.officer, reason=texts["reason"], note=texts["note"]
        ),
    ),
    (
        "merge",
        MergeOrder,
        "A commander closes a duplicate; its requesters go along to the incident that goes on.",
        lambda body, texts: commands.Merge(into=body.into, **texts),
    ),
    (
        "unmerge",
        Order,
        "A commander takes a merge back within ten minutes: both incidents go on as they stood.",
        lambda _, texts: commands.Unmerge(reason=texts["reason"], note=texts["note"]),
    ),
    (
        "transfer",
        TransferOrder,
        "A commander gives it to another district of the city.",
        lambda body, texts: commands.Transfer(district=body.district, **texts),
    ),
    (
        "backup",
        BackupOrder,
        "Its officer, a supporting unit or a commander calls for more units.",
        lambda body, texts: commands.Backup(units=body.units, **texts),
    ),
    (
        "support",
        Order,
        "An officer on duty comes as backup; arriving and releasing are then about himself.",
        lambda _, texts: commands.Support(**texts),
    ),
    (
        "refer",
        ReferOrder,
        "A hazard goes to the agency that answers for it.",
        lambda body, texts: hazards.Refer(agency=body.agency, **texts),
    ),
    (
        "take_note",
        TakeNoteOrder,
        "The agency has the hazard, and says by when it mends it.",
        lambda body, texts: hazards.TakeNote(by=body.by, **texts),
    ),
    ("mend", Order, "The hazard is mended.", lambda _, texts: hazards.Mend(**texts)),
    (
        "still_there",
        Order,
        "A follower says that the hazard is not mended; within some days of its end, and a few times.",
        lambda _, texts: hazards.StillThere(**texts),
    ),
    (
        "rate",
        RateOrder,
        "A requester says how it went, once, after the end.",
        lambda body, texts: commands.Rate(stars=body.stars, comment=body.comment, **texts),
    ),
)


async def look(call: Call[Nothing]) -> Answer:
    caller = call.somebody
    view = await incident_for(call.site.store, call.path("id"), caller)
    if isinstance(caller, Officer):
        await audit.look(call.site.store, caller, f"incident:{view['id']}")
    return Answer({"incident": view})


def _order(make: Make) -> Callable[[Call[Any]], Awaitable[Answer]]:
    async def order(call: Call[Any]) -> Answer:
        texts = {"reason": call.body.reason, "note": call.body.note}
        view = await act(
            call.site.store,
            call.path("id"),
            make(call.body, texts),
            call.somebody,
            version=call.body.version,
            then=keeping(call, _answer),
        )
        return _answer(view)

    return order


def _answer(view: View) -> Answer:
    return Answer({"incident": view})


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/incidents/{id}",
        name="incident",
        handler=look,
        summary="The incident as the caller may see it, with its place in its channel; staff looks are recorded.",
        module="move_car",
        where=whereabouts.to_its_end,
        answers={200: OnePulledIncident},
        errors=(NotFound, Forbidden),
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/api/v1/incidents/{{id}}/{name}",
            name=name,
            handler=_order(make),
            summary=summary,
            module="move_car",
            where=whereabouts.to_its_end,
            body=body,
            answers={200: OneIncident},
            errors=(
                NotFound,
                Forbidden,
                NotOnDuty,
                IllegalTransition,
                VersionConflict,
                AlreadyAccepted,
                Conflict,
                InvalidField,
                *((SwitchedOff,) if name == "transfer" else ()),
            ),
            repeatable=True,
        )
        for name, body, summary, make in COMMANDS
    ),
]
