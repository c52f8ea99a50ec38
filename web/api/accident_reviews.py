"""What follows a determination: signing for it and its review; and calling who is in an accident."""

from __future__ import annotations

from typing import Any

from models.accident.reviews import Words
from models.actions import accident_calls, accident_receipts, accident_reviews, audit
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.queries.accident_reviews import open_reviews
from web import whereabouts
from web.answers import Answer
from web.api.accident_shapes import (
    Calling,
    Conclusion,
    NotedRefusal,
    Number,
    OpenReviews,
    ReceiptView,
    Receiving,
    ReviewView,
    ReviewWords,
)
from web.endpoint import Call, Endpoint, Nothing, keeping


async def receive(call: Call[Receiving]) -> Answer:
    then = keeping(call, _received)
    return _received(
        await accident_receipts.receive(
            call.site.store, call.path("id"), call.participant, call.body.strokes, then=then
        )
    )


async def note_refusal(call: Call[NotedRefusal]) -> Answer:
    then = keeping(call, _received)
    return _received(
        await accident_receipts.note_refusal(
            call.site.store, call.path("id"), call.officer, call.body.side, then=then
        )
    )


def _received(answer: str) -> Answer:
    return Answer(ReceiptView(answer=answer))


async def ask(call: Call[ReviewWords]) -> Answer:
    body, then = call.body, keeping(call, _asked)
    words = Words(body.request, body.reasons, body.evidence)
    return _asked(
        await accident_reviews.ask(call.site.store, call.path("id"), call.participant, words, then=then)
    )


async def withdraw(call: Call[Nothing]) -> Answer:
    then = keeping(call, _review)
    return _review(
        await accident_reviews.withdraw(call.site.store, call.path("id"), call.participant, then=then)
    )


async def forward(call: Call[Nothing]) -> Answer:
    then = keeping(call, _review)
    return _review(await accident_reviews.forward(call.site.store, call.path("id"), call.officer, then=then))


async def conclude(call: Call[Conclusion]) -> Answer:
    body, then = call.body, keeping(call, _review)
    first, second = body.reviewers
    return _review(
        await accident_reviews.conclude(
            call.site.store,
            call.path("id"),
            call.officer,
            body.outcome,
            (first, second),
            body.conclusion,
            then=then,
        )
    )


def _asked(review: str) -> Answer:
    return Answer(ReviewView(review=review), 201)


def _review(review: str) -> Answer:
    return Answer(ReviewView(review=review))


async def listed(call: Call[Nothing]) -> Answer:
    code = call.path("code")
    if code not in call.officer.districts:
        raise Forbidden
    await audit.look(call.site.store, call.officer, f"district:{code}")
    return Answer({"reviews": await open_reviews(call.site.store, code)})


async def number(call: Call[Calling]) -> Answer:
    """Not kept as an answer that is given again: each telling is a look of its own."""
    body = call.body
    found = await accident_calls.number(call.site.store, call.path("id"), call.officer, body.who, body.reason)
    return Answer(Number(number=found))


def _endpoint(method: str, path: str, name: str, handler: Any, summary: str, **more: Any) -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        name=name,
        handler=handler,
        summary=summary,
        module="accidents",
        **{"where": whereabouts.to_its_end, **more},
    )


_OVER = (NotFound, Forbidden, Conflict)

ENDPOINTS = [
    _endpoint(
        "POST", "/api/v1/accidents/{id}/receipt", "receive_determination", receive,
        "A party signs for the determination, or refuses to; once, and neither is agreement with it.",
        body=Receiving, answers={200: ReceiptView}, errors=(*_OVER, InvalidField), repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/refusal", "note_refusal", note_refusal,
        "An officer notes that a party refuses to sign for the determination or to take it.",
        body=NotedRefusal, answers={200: ReceiptView}, errors=(*_OVER, InvalidField), repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/review", "ask_review", ask,
        "A party asks in writing that the determination be reviewed: within three working days, once per accident.",
        body=ReviewWords, answers={201: ReviewView}, errors=(*_OVER, InvalidField), repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/review/withdrawal", "withdraw_review", withdraw,
        "Whoever asked for the review ends it.",
        answers={200: ReviewView}, errors=_OVER, repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/review/forwarding", "forward_review", forward,
        "The request and the file went to the next higher unit, whose thirty days begin.",
        answers={200: ReviewView}, errors=_OVER, repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/review/conclusion", "conclude_review", conclude,
        "What the next higher unit concluded, and the two who did; both parties are told.",
        body=Conclusion, answers={200: ReviewView}, errors=(*_OVER, InvalidField), repeatable=True,
    ),
    _endpoint(
        "GET", "/api/v1/districts/{code}/accident-reviews", "accident_reviews", listed,
        "Reviews that are still to be passed on or concluded, the most urgent first; at most 200.",
        answers={200: OpenReviews}, errors=(Forbidden,),
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/call", "call_party", number,
        "The number of who is in an accident, for the officer who has it, for a reason; each telling is on the record.",
        body=Calling, answers={200: Number}, errors=(NotFound, Forbidden, InvalidField),
    ),
]  # fmt: skip
