"""The queues, and how a job gets into one. RQ carries names only: what is due is in the database."""

from __future__ import annotations

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

NOTICES = "notices"
READINGS = "readings"  # of photos: a reader process takes these, and nothing else
EXAMINATIONS = "examinations"  # of uploads: an examiner process takes these, and nothing else
EXPORTS = "exports"  # of records: nobody waits for these as for a notice, so that they come second
QUEUES: tuple[str, ...] = (NOTICES, EXPORTS)  # in the order in which a worker looks at them
JOB_SECONDS = 60
EXAMINATION_SECONDS = 300  # the longest video after everything else of one job
KEPT_SECONDS = 60  # a finished job's trace in Redis
FAILED_KEPT_SECONDS = 3_600


def queue(connection: redis.Redis, name: str = NOTICES) -> Queue:
    """A queue whose jobs are JSON: never pickle, which runs what it reads."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


def connect(url: str) -> redis.Redis:
    """A connection that says at once that Redis is away: everybody here tries again anyway."""
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))


def enqueue_drain(connection: redis.Redis) -> bool:
    """A job that sends what is due; False when one waits already, which will find what is due then."""
    return _enqueue(queue(connection), "workers.notify.drain")


def enqueue_reading(connection: redis.Redis) -> bool:
    """The same for photos that wait to be read."""
    return _enqueue(queue(connection, READINGS), "workers.reading.job.drain")


def enqueue_examination(connection: redis.Redis) -> bool:
    """The same for uploads that wait to be examined."""
    return _enqueue(queue(connection, EXAMINATIONS), "workers.examining.job.drain", EXAMINATION_SECONDS)


def enqueue_export(connection: redis.Redis) -> bool:
    """The same for exports that wait to be written."""
    return _enqueue(queue(connection, EXPORTS), "workers.exporting.write_next")


def _enqueue(waiting: Queue, job: str, seconds: int = JOB_SECONDS) -> bool:
    if waiting.count:
        return False
    waiting.enqueue(
        job,
        job_timeout=seconds,
        result_ttl=KEPT_SECONDS,
        failure_ttl=FAILED_KEPT_SECONDS,
    )
    return True
