"""Panics: an officer raises his own, says that it was a false one, and a commander clears it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from models.actions import panic
from models.errors import Conflict, Forbidden, IllegalTransition, NotFound
from models.incident.panic import LONGEST_NOTE
from web import whereabouts
from web.answers import Answer
from web.api.shapes import OnePanic, Place
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping


class Raising(Shape):
    """``position``: where the phone has him now; without, where he was last. There is nobody to name: it is his own."""

    position: Place | None = None


class Clearing(Shape):
    """``note``: what it was; for the record, never in a feed."""

    note: Annotated[str, Meta(min_length=1, max_length=LONGEST_NOTE)]


def _answer(view: panic.View) -> Answer:
    return Answer({"panic": view})


async def raise_it(call: Call[Raising]) -> Answer:
    place = call.body.position
    position = None if place is None else place.location("position")
    return _answer(
        await panic.raise_panic(call.site.store, call.officer, position, then=keeping(call, _answer))
    )


async def withdraw(call: Call[Nothing]) -> Answer:
    then = keeping(call, _answer)
    return _answer(await panic.withdraw_panic(call.site.store, call.officer, call.path("id"), then=then))


async def clear(call: Call[Clearing]) -> Answer:
    then = keeping(call, _answer)
    note = call.body.note
    return _answer(await panic.clear_panic(call.site.store, call.officer, call.path("id"), note, then=then))


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/panic",
        name="raise_panic",
        handler=raise_it,
        summary="The caller's own alarm, loud in his district until a commander clears it.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Raising,
        answers={200: OnePanic},
        errors=(Forbidden,),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/panics/{id}/withdraw",
        name="withdraw_panic",
        handler=withdraw,
        summary="The officer says that it was a false alarm; it stands until a commander has confirmed that.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Nothing,
        answers={200: OnePanic},
        errors=(NotFound, Forbidden, IllegalTransition),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/panics/{id}/clear",
        name="clear_panic",
        handler=clear,
        summary="A commander of the district ends the alarm, with a note; not his own.",
        module="duty",
        where=whereabouts.to_its_end,
        body=Clearing,
        answers={200: OnePanic},
        errors=(NotFound, Forbidden, IllegalTransition, Conflict),
        repeatable=True,
    ),
]
