"""Relief: handing an incident to a colleague by name, and his answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from models.actions import relief
from models.errors import Conflict, Forbidden, InvalidField, NotFound, NotOnDuty
from web import whereabouts
from web.answers import Answer
from web.api.shapes import MaybeReason
from web.endpoint import Call, Endpoint, Shape, keeping


class Asking(Shape):
    """``to``: the colleague's service number; ``note``: what he needs to know, for the record and for him."""

    to: Annotated[str, Meta(min_length=1, max_length=20)]
    note: Annotated[str, Meta(max_length=relief.LONGEST_NOTE)] | None = None


class Reply(Shape):
    """The giver withdraws, the colleague accepts or declines."""

    answer: Literal["accepted", "declined", "withdrawn"]
    reason: MaybeReason | None = None


class HandoverView(Shape):
    id: str
    incident: str
    status: str
    note: str | None
    asked_at: str
    answered_at: str | None


class OneHandover(Shape):
    handover: HandoverView


def _made(view: dict[str, Any]) -> Answer:
    return Answer({"handover": view}, 201)


def _shown(view: dict[str, Any]) -> Answer:
    return Answer({"handover": view})


async def ask(call: Call[Asking]) -> Answer:
    body = call.body
    then = keeping(call, _made)
    return _made(
        await relief.ask(call.site.store, call.officer, call.path("id"), body.to, body.note, then=then)
    )


async def answer(call: Call[Reply]) -> Answer:
    body = call.body
    then = keeping(call, _shown)
    return _shown(
        await relief.answer(
            call.site.store, call.officer, call.path("id"), body.answer, body.reason, then=then
        )
    )


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/incidents/{id}/handovers",
        name="ask_for_relief",
        handler=ask,
        summary="Ask a colleague by service number to take over an incident; until he accepts it stays the giver's.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Asking,
        answers={201: OneHandover},
        errors=(NotFound, Forbidden, NotOnDuty, InvalidField),
        repeatable=True,
        in_one_change=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/handovers/{id}",
        name="answer_relief",
        handler=answer,
        summary="Accept, decline or (the giver) withdraw a hand-over.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Reply,
        answers={200: OneHandover},
        errors=(NotFound, Forbidden, NotOnDuty, Conflict),
        repeatable=True,
        in_one_change=True,
    ),
]
