"""At the counter: why a request was refused by the limits, and letting it through."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from models.actions import audit, refusals
from models.actions.refusals import LetThrough
from models.clock import iso
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.queries.refusals import refusals_for
from web import whereabouts
from web.answers import Answer
from web.api.shapes import Reason
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping


class RefusalView(Shape):
    """``count``: how often in the hour of ``at``; ``result``: the limit; ``may``: what can hold instead."""

    id: str
    reference: str
    at: str
    last_at: str
    count: int
    district: str
    plate: str | None
    table: str
    sentence: dict[str, str]
    source: Any
    version: str
    number: int
    scope: str
    row: str
    because: list[Any]
    inputs: dict[str, Any]
    result: dict[str, Any]
    retry_at: str
    instead: dict[str, Any] | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None
    may: dict[str, Any] | None
    why_not: str | None


class Refusals(Shape):
    refusals: list[RefusalView]


class Wider(Shape):
    """``result``: more requests (``most``), or a shorter block (``block_seconds``)."""

    result: Annotated[dict[str, Any], Meta(min_length=1, max_length=4)]
    reason: Reason


class LetThroughView(Shape):
    """``until``: so long it holds; then the limit counts again."""

    refusal: str
    until: str


async def find(call: Call[Nothing]) -> Answer:
    asked = {name: call.request.query_params.get(name) for name in ("reference", "sticker", "plate")}
    found = await refusals_for(call.site.store, call.officer, **asked)
    for one in found:
        await audit.look(call.site.store, call.officer, f"refusal:{one['id']}")
    return Answer({"refusals": found})


async def let_through(call: Call[Wider]) -> Answer:
    done = await refusals.let_through(
        call.site.store,
        call.officer,
        call.path("id"),
        call.body.result,
        reason=call.body.reason,
        then=keeping(call, _done),
    )
    return _done(done)


def _done(done: LetThrough) -> Answer:
    return Answer(LetThroughView(refusal=done.id, until=iso(done.until)), 201)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/refusals",
        name="refusals",
        handler=find,
        summary="Requests that the limits refused, the newest 50 of one's districts. Each look is recorded.",
        module="move_car",
        where=whereabouts.to_its_end,
        query={
            "reference": "What the requester was told.",
            "sticker": "The code of the sticker that was scanned.",
            "plate": "The whole plate of the car.",
        },
        answers={200: Refusals},
        errors=(Forbidden, InvalidField),
    ),
    Endpoint(
        method="POST",
        path="/api/v1/refusals/{id}/override",
        name="override_refusal",
        handler=let_through,
        summary="Police or commander let more requests hold for whom it was that was refused, with a reason.",
        module="move_car",
        where=whereabouts.to_its_end,
        body=Wider,
        answers={201: LetThroughView},
        errors=(NotFound, Forbidden, Conflict, InvalidField),
        repeatable=True,
    ),
]
