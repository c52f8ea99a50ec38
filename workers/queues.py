"""The queues, and how a job gets into one. RQ carries names only: what is due is in the database."""

from __future__ import annotations

import redis
from rq import Queue, Retry
from rq.serializers import JSONSerializer

NOTICES = "notices"
QUEUES: tuple[str, ...] = (NOTICES,)
JOB_SECONDS = 60
KEPT_SECONDS = 60  # a finished job's trace in Redis
FAILED_KEPT_SECONDS = 86_400


def queue(connection: redis.Redis, name: str = NOTICES) -> Queue:
    """A queue whose jobs are JSON: never pickle, which runs what it reads."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


def enqueue_drain(connection: redis.Redis) -> None:
    """A job that sends what is due."""
    queue(connection).enqueue(
        "workers.notify.drain",
        job_timeout=JOB_SECONDS,
        result_ttl=KEPT_SECONDS,
        failure_ttl=FAILED_KEPT_SECONDS,
        retry=Retry(max=3),
    )
