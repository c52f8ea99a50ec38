"""First answers: the same key with the same body gives the first answer again, as long as it is kept (seven days).

The answer is kept in the transaction of the change it belongs to, so that there is never one without the
other. Only answers to something done are kept: a refusal has changed nothing and may be tried again.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import retention
from models.errors import IdempotencyMismatch
from models.facts import padded
from models.prepared import Prepared, keys
from models.store import Change, Store
from models.tables import first_answers

COLUMN = "first_answers.answer_sealed"

Result = TypeVar("Result")


class AnsweredMeanwhile(Exception):
    """The same call was answered while this one was at work; nothing was changed by this one."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """SHA-256 of caller, route and the caller's key; and of the body, so that another one is noticed."""

    key: bytes
    body_hash: bytes

    @classmethod
    def of(cls, caller: str, route: str, key: str, body: bytes) -> IdempotencyKey:
        """``body`` in a canonical form."""
        digest = hashlib.sha256("\0".join((caller, route, key)).encode()).digest()
        return cls(digest, hashlib.sha256(body).digest())


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """An HTTP status and the JSON text that came with it."""

    status: int
    text: str = field(repr=False)


async def first_answer(store: Store, key: IdempotencyKey) -> FirstAnswer | None:
    """What was answered to this call before, None if it is new. Raises IdempotencyMismatch."""
    query = select(first_answers).where(
        first_answers.c.key == key.key,
        first_answers.c.at > store.clock.now() - retention.of(store, "first_answers"),
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        return None
    if row.body_hash != key.body_hash:
        raise IdempotencyMismatch
    return FirstAnswer(row.status, store.vault.open(COLUMN, _row_id(key), row.answer_sealed))


_ANSWERED = Prepared(select(first_answers.c.key, first_answers.c.at).where(first_answers.c.key.in_(keys())))


async def answered_at(connection: AsyncConnection, hashes: Sequence[bytes]) -> dict[bytes, datetime]:
    """A fact: when calls were answered first, by the key of their ``IdempotencyKey``."""
    return {row.key: row.at for row in await _ANSWERED.rows(connection, padded(hashes))}


@dataclass(frozen=True, slots=True)
class Keeping(Generic[Result]):
    """Keeps the answer to an action's result, in the action's own transaction: its ``then``."""

    key: IdempotencyKey
    answer_of: Callable[[Result], FirstAnswer]

    async def __call__(self, change: Change, result: Result) -> None:
        """Raises AnsweredMeanwhile, now or when it is written, which undoes the change."""
        key = self.key
        answered = await change.fact(answered_at, key.key)
        if answered is not None:
            if answered > change.at - retention.of(change.store, "first_answers"):
                raise AnsweredMeanwhile
            # It counts as absent, whatever becomes of this change.
            await change.connection.execute(delete(first_answers).where(first_answers.c.key == key.key))
        answer = self.answer_of(result)
        values = {
            "key": key.key,
            "body_hash": key.body_hash,
            "status": answer.status,
            "answer_sealed": change.store.vault.seal(COLUMN, _row_id(key), answer.text),
            "at": change.at,
        }
        change.writes.claim(first_answers, values, AnsweredMeanwhile)


def _row_id(key: IdempotencyKey) -> str:
    return base64.b16encode(key.key).decode()
