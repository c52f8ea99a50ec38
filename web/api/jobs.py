"""The jobs desk: what waits, who works, what failed and why; again or never more, with a reason."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from models.actions import jobs_desk
from models.errors import Conflict, InvalidField, NotFound
from models.queries import jobs
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping


class QueueView(Shape):
    """``oldest_at``: since when the first of them waits; of ``later`` when the next one is due."""

    name: str
    waiting: int
    oldest_at: str | None


class WorkerView(Shape):
    """``state``: alive, dead (not heard for fifteen seconds), stopped."""

    name: str
    kind: str
    state: str
    started_at: str
    heard_at: str


class FailedJob(Shape):
    """``failure`` is our word, ``code`` the provider's. ``state``: failed, or unknown: it may have arrived."""

    kind: str
    id: str
    what: str
    channel: str
    state: str
    failure: str | None
    code: str | None
    attempts: int
    at: str
    incident: str | None


class PeriodView(Shape):
    what: str
    begins_at: str
    done_at: str | None
    tries: int
    error: str | None


class JobsDesk(Shape):
    now: str
    queues: list[QueueView]
    workers: list[WorkerView]
    failed: list[FailedJob]
    periods: list[PeriodView]


class JobReason(Shape):
    reason: Annotated[str, Meta(max_length=200)]


async def desk(call: Call[Nothing]) -> Answer:
    return Answer(await jobs.desk(call.site.store, call.officer))


async def retry(call: Call[JobReason]) -> Answer:
    return await _decide(call, "retry")


async def drop(call: Call[JobReason]) -> Answer:
    return await _decide(call, "drop")


async def _decide(call: Call[JobReason], deed: Literal["retry", "drop"]) -> Answer:
    kind = call.path("kind")
    if kind not in ("notice", "filing"):
        raise NotFound
    then = keeping(call, _done)
    await jobs_desk.decide(
        call.site.store, call.officer, kind, call.path("id"), deed, call.body.reason, then=then
    )
    return _done(None)


def _done(_: None) -> Answer:
    return Answer(status=204)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/admin/jobs",
        name="jobs",
        handler=desk,
        summary="Queues, workers, what failed in the last seven days and why, and what is done once a period.",
        module="platform",
        answers={200: JobsDesk},
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/jobs/{kind}/{id}/retry",
        name="retry_job",
        handler=retry,
        summary="Once more, with a reason. Of a notice that is unknown the person may be told twice.",
        module="platform",
        body=JobReason,
        answers={204: None},
        errors=(NotFound, Conflict, InvalidField),
        repeatable=True,
        in_one_change=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/admin/jobs/{kind}/{id}/drop",
        name="drop_job",
        handler=drop,
        summary="Never more, with a reason.",
        module="platform",
        body=JobReason,
        answers={204: None},
        errors=(NotFound, InvalidField),
        repeatable=True,
        in_one_change=True,
    ),
]
