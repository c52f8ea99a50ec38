"""How an accident is settled: both sign, or an officer determines; and how what was settled is set aside.

A signature is under one version of the terms. The second one makes the agreement, its document, and the notice to each
party. Leaves to others: what is put down (``accident_terms``), how the document looks (``models.printing.accident``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update

from models.accident import signature
from models.accident.forms import DETERMINED
from models.actions import accident_papers, audit, consequences, scene
from models.actions.accident_notices import tell_parties
from models.actions.accident_papers import SIGNATURE, By, Drawn
from models.actions.accident_parties import unsign
from models.actions.accidents import Draft, draft_of, load_draft
from models.actions.commands import on_duty_in
from models.actions.idempotency import Keeping
from models.actions.incident_change import actor_of, until_saved
from models.actions.reasoned import given_reason
from models.caller import Officer, Participant
from models.errors import Conflict, InvalidField, NotFound, VersionConflict
from models.incident.accidents import Agree, Annul, Determine
from models.incident.commands import Command
from models.incident.decide import decide
from models.incident.permissions import check
from models.store import Change, Store
from models.tables import accident_documents, accident_parties
from models.writes import Stale


@dataclass(frozen=True, slots=True)
class Settled:
    """``code``: of the document, once there is one."""

    terms: int
    code: str | None


async def sign(
    store: Store,
    accident_id: str,
    caller: Participant,
    terms: int,
    strokes: Sequence[Sequence[Sequence[int]]],
    *,
    then: Keeping[Settled] | None = None,
) -> Settled:
    """Raises VersionConflict (the terms have changed), Conflict (something is missing, or it is not theirs to settle),

    InvalidField, Forbidden, IllegalTransition.
    """
    hand = signature.written(signature.strokes(strokes))

    async def attempt() -> Settled:
        drawn = await _drawn_if_last(store, accident_id, caller, terms, hand)

        async def work(change: Change) -> Settled:
            settled = await _sign(change, accident_id, caller, terms, hand, drawn)
            if then is not None:
                await then(change, settled)
            return settled

        async with accident_papers.claimed_or_gone(store, drawn):
            return await store.run(work)

    return await until_saved(attempt)


async def _drawn_if_last(
    store: Store, accident_id: str, caller: Participant, terms: int, hand: bytes
) -> Drawn | None:
    """The agreement, if the other one has signed already; drawn with this signature in its place."""
    async with store.database.read() as connection:
        known = await accident_papers.facts(connection, accident_id)
    if known is None or known.row.terms != terms or known.row.grade_a is None:
        return None
    others = [party for party in known.parties if party.id != caller.id]
    if len(known.parties) != 2 or len(others) != 1 or others[0].signed_terms != terms:
        return None
    at = store.clock.now()
    sealed = store.vault.seal_bytes(SIGNATURE, caller.id, hand)
    values: dict[str, Any] = {
        "signature_sealed": sealed,
        "signature_sha256": signature.sha256(hand),
        "signed_at": at,
    }
    parties = tuple(replace(one, **values) if one.id == caller.id else one for one in known.parties)
    with_mine = replace(known, parties=parties)
    return await accident_papers.draw(store, with_mine, "agreement", known.row.grade_a, of=known.print)


async def _sign(
    change: Change,
    accident_id: str,
    caller: Participant,
    terms: int,
    hand: bytes,
    drawn: Drawn | None,
) -> Settled:
    draft = await draft_of(change, accident_id, caller, "sign")
    draft.party_of(caller)
    _check_ready(draft, terms)
    await scene.refuse_while_coming(change, accident_id)
    known = await accident_papers.facts(change.connection, accident_id)
    draft.told("signed")
    draft.changing.later(
        update(accident_parties)
        .where(accident_parties.c.id == caller.id)
        .values(
            signed_terms=terms,
            signed_at=change.at,
            signature_sealed=change.store.vault.seal_bytes(SIGNATURE, caller.id, hand),
            signature_sha256=signature.sha256(hand),
        )
    )
    others = [one for one in draft.parties.values() if one.id != caller.id]
    if len(others) != 1 or others[0].signed_terms != terms:
        draft.changing.save()
        return Settled(terms, None)
    if drawn is None or known is None or known.print != drawn.of:
        raise Stale  # the other one signed, or a photo came, while this one was drawn
    await _settle(change, draft, Agree(), caller, drawn)
    return Settled(terms, drawn.code)


def _check_ready(draft: Draft, terms: int) -> None:
    if draft.row.path != "settle":
        raise Conflict(why="officers_only")
    if draft.row.terms != terms:
        raise VersionConflict(version=draft.row.terms)
    if draft.row.grade_a is None or draft.row.form is None:
        raise Conflict(why="no_grade")
    if len(draft.parties) != 2:
        raise Conflict(why="one_party")
    if not all(one.complete for one in draft.parties.values()):
        raise Conflict(why="incomplete")


async def _settle(
    change: Change,
    draft: Draft,
    command: Command,
    caller: Participant | Officer,
    drawn: Drawn,
    by: By | None = None,
) -> None:
    """The command through the incident's own rules, its document, and a notice to each party."""
    changing = draft.changing
    duty = await on_duty_in(change.connection, caller.id) if isinstance(caller, Officer) else None
    check(changing.now, command, caller, on_duty_in=duty)
    for happened in decide(changing.now, command, caller, change.at):
        changing.happen(happened)
    await consequences.follow(changing)
    changing.add(
        accident_documents,
        {
            "id": drawn.id,
            "accident_id": draft.row.id,
            "kind": drawn.kind,
            "code": drawn.code,
            "sha256": drawn.sha256,
            "file": drawn.file,
            "made_at": drawn.made_at,
            "grade_a": drawn.grade_a,
            "officer_number": by and by.officer,
            "unit": by and by.unit,
        },
    )
    accident_papers.claim(changing, drawn)
    tell_parties(change, draft, drawn.kind)
    changing.save()


async def determine(
    store: Store,
    accident_id: str,
    officer: Officer,
    grade_a: str,
    reason: str,
    *,
    then: Keeping[Settled] | None = None,
) -> Settled:
    """The officer's word on who answers for it; a determination that was made before is set aside by it.

    Raises InvalidField, NotFound, Forbidden, NotOnDuty, IllegalTransition, Conflict (one party only).
    """
    reason = given_reason(reason, shortest=2)
    if grade_a not in DETERMINED:
        raise InvalidField(field="grade", why="unknown")
    by = By(officer.service_number, officer.unit, reason)

    async def attempt() -> Settled:
        await _may(store, accident_id, officer, Determine())
        async with store.database.read() as connection:
            known = await accident_papers.facts(connection, accident_id)
        if known is None:
            raise NotFound
        if len(known.parties) != 2:
            raise Conflict(why="one_party")
        drawn = await accident_papers.draw(store, known, "determination", grade_a, by=by)

        async def work(change: Change) -> Settled:
            settled = await _determine(change, accident_id, officer, drawn, by)
            if then is not None:
                await then(change, settled)
            return settled

        async with accident_papers.claimed_or_gone(store, drawn):
            return await store.run(work)

    return await until_saved(attempt)


async def _may(store: Store, accident_id: str, officer: Officer, command: Command) -> None:
    """Before anything is drawn. Raises as the command itself."""
    async with store.change() as change:
        draft = await load_draft(change, accident_id, actor_of(officer))
        duty = await on_duty_in(change.connection, officer.id)
        check(draft.changing.now, command, officer, on_duty_in=duty)
        decide(draft.changing.now, command, officer, change.at)


async def _determine(change: Change, accident_id: str, officer: Officer, drawn: Drawn, by: By) -> Settled:
    draft = await load_draft(change, accident_id, actor_of(officer))
    known = await accident_papers.facts(change.connection, accident_id)
    if known is None or known.print != drawn.of:
        raise Stale
    _withdraw(change, accident_id, officer, "redetermined", but=drawn.id)
    await _settle(change, draft, Determine(reason=by.reason), officer, drawn, by)
    await audit.record(change, officer, "determine_fault", f"incident:{accident_id}", reason=by.reason)
    return Settled(draft.row.terms, drawn.code)


def _withdraw(
    change: Change, accident_id: str, officer: Officer, reason: str, *, but: str | None = None
) -> None:
    """Every document that counts so far, ``but`` one."""
    change.writes.later(
        update(accident_documents)
        .where(
            accident_documents.c.accident_id == accident_id,
            accident_documents.c.withdrawn_at.is_(None),
            accident_documents.c.id != (but or ""),
        )
        .values(withdrawn_at=change.at, withdrawn_by=officer.id, withdrawn_reason=reason)
    )


async def annul(
    store: Store,
    accident_id: str,
    officer: Officer,
    reason: str,
    *,
    then: Keeping[Settled] | None = None,
) -> Settled:
    """Sets the document aside, and the accident is the officers' again. Raises NotFound, Forbidden, NotOnDuty,

    IllegalTransition, InvalidField (no reason), Conflict (nothing to set aside).
    """
    reason = given_reason(reason, shortest=2)

    async def work(change: Change) -> Settled:
        draft = await load_draft(change, accident_id, actor_of(officer))
        changing, command = draft.changing, Annul(reason=reason)
        duty = await on_duty_in(change.connection, officer.id)
        check(changing.now, command, officer, on_duty_in=duty)
        query = select(accident_documents.c.id).where(
            accident_documents.c.accident_id == accident_id, accident_documents.c.withdrawn_at.is_(None)
        )
        if (await change.connection.execute(query)).first() is None:
            raise Conflict(why="nothing_to_annul")
        for happened in decide(changing.now, command, officer, change.at):
            changing.happen(happened, detail={"reason": reason})
        await consequences.follow(changing)
        _withdraw(change, accident_id, officer, reason)
        unsign(draft)
        tell_parties(change, draft, "annulled")
        changing.save()
        await audit.record(change, officer, "annul_agreement", f"incident:{accident_id}", reason=reason)
        settled = Settled(draft.row.terms, None)
        if then is not None:
            await then(change, settled)
        return settled

    return await until_saved(lambda: store.run(work))
