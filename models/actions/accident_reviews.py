"""A party asks that a determination be reviewed; it is passed on, withdrawn, concluded (事故处理程序规定 71-79).

Who reviews is the next higher unit, outside of the district: its conclusion is put down here with the two who reached
it. What is to be determined anew is the officers' again, and the determination stands until the new one.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from models.accident import reviews as rules
from models.accident.reviews import OUTCOMES, REVIEW_TIME, Words
from models.actions import audit, consequences, notify, report_steps
from models.actions.accident_notices import tell_parties
from models.actions.accidents import Draft, changed, draft_of, load_draft
from models.actions.idempotency import Keeping
from models.actions.incident_change import actor_of
from models.caller import Officer, Participant
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.incident.commands import Reopen
from models.incident.decide import decide
from models.reports.working_days import due
from models.store import Change, Store
from models.tables import accident_documents
from models.tables import accident_reviews as reviews

WORDS = "accident_reviews.words_sealed"
CONCLUSION = "accident_reviews.conclusion_sealed"
LONGEST_NUMBER = 20


async def ask(
    store: Store, accident_id: str, caller: Participant, words: Words, *, then: Keeping[str] | None = None
) -> str:
    """Returns the review's id. Raises NotFound, Forbidden, InvalidField, Conflict: no determination that counts,

    too late, or asked for before.
    """
    words = rules.checked(words)

    async def work(change: Change) -> str:
        draft = await draft_of(change, accident_id, caller, "ask_review", open_only=False)
        party = draft.party_of(caller)
        document = await _determination(change, accident_id)
        exceptions = await report_steps.exceptions(change.connection, draft.changing.now.district)
        if change.at >= rules.ask_by(document.made_at, exceptions):
            raise Conflict(why="review_late")
        if await _of_accident(change, accident_id) is not None:
            raise Conflict(why="review_once")
        review_id = store.ids.new()
        row = {
            "id": review_id,
            "accident_id": accident_id,
            "document_id": document.id,
            "party_id": party.id,
            "words_sealed": store.vault.seal_bytes(WORDS, review_id, msgspec.json.encode(words)),
            "requested_at": change.at,
            "forward_by": due(change.at, rules.FORWARD_DAYS, exceptions),
        }
        draft.told("review_requested")
        draft.changing.later(insert(reviews).values(row))
        await notify.tell_commanders(draft.changing, "review_requested")
        draft.changing.save()
        return review_id

    return await changed(store, work, then)


async def withdraw(
    store: Store, accident_id: str, caller: Participant, *, then: Keeping[str] | None = None
) -> str:
    """Whoever asked for it ends it (75). Raises NotFound, Forbidden, Conflict (it is over)."""

    async def work(change: Change) -> str:
        draft = await draft_of(change, accident_id, caller, "withdraw_review", open_only=False)
        review = await _open(change, accident_id)
        if review.party_id != draft.party_of(caller).id:
            raise Forbidden
        draft.told("review_withdrawn")
        _put(draft, review.id, withdrawn_at=change.at)
        draft.changing.save()
        return str(review.id)

    return await changed(store, work, then)


async def forward(
    store: Store, accident_id: str, officer: Officer, *, then: Keeping[str] | None = None
) -> str:
    """It went to the next higher unit, whose thirty days begin (72, 73). Raises NotFound, Forbidden, Conflict."""

    async def work(change: Change) -> str:
        draft = await _of_district(change, accident_id, officer)
        review = await _open(change, accident_id)
        if review.forwarded_at is not None:
            raise Conflict(why="review_forwarded")
        draft.told("review_forwarded")
        by = change.at + REVIEW_TIME
        _put(draft, review.id, forwarded_at=change.at, forwarded_by=officer.id, decide_by=by)
        draft.changing.save()
        await audit.record(change, officer, "forward_review", f"incident:{accident_id}")
        return str(review.id)

    return await changed(store, work, then)


async def conclude(
    store: Store,
    accident_id: str,
    officer: Officer,
    outcome: str,
    reviewers: tuple[str, str],
    conclusion: str,
    *,
    then: Keeping[str] | None = None,
) -> str:
    """Puts the conclusion down and tells both parties (76, 78). Raises NotFound, Forbidden, Conflict, InvalidField

    (an unknown outcome; reviewers who are not two, or of whom one determined it).
    """
    if outcome not in OUTCOMES:
        raise InvalidField(field="outcome", why="unknown")
    conclusion = rules.text_of("conclusion", conclusion)
    first, second = (one.strip() for one in reviewers)

    async def work(change: Change) -> str:
        draft = await _of_district(change, accident_id, officer)
        review = await _open(change, accident_id)
        if review.forwarded_at is None:
            raise Conflict(why="review_not_forwarded")
        await _check_reviewers(change, review.document_id, first, second)
        sealed = store.vault.seal(CONCLUSION, review.id, conclusion)
        values: dict[str, Any] = {
            "decided_at": change.at,
            "decided_by": officer.id,
            "outcome": outcome,
            "reviewers": f"{first}、{second}",
            "conclusion_sealed": sealed,
        }
        draft.told("review_concluded")
        if outcome == "redo":
            exceptions = await report_steps.exceptions(change.connection, draft.changing.now.district)
            values["redo_by"] = due(change.at, rules.REDO_DAYS, exceptions)
            await _to_the_officers(change, draft, officer)
        _put(draft, review.id, **values)
        tell_parties(change, draft, "review_concluded")
        draft.changing.save()
        await audit.record(change, officer, "conclude_review", f"incident:{accident_id}", reason=outcome)
        return str(review.id)

    return await changed(store, work, then)


async def _to_the_officers(change: Change, draft: Draft, officer: Officer) -> None:
    """What is closed is open again; while an officer still has it he determines it anew."""
    changing = draft.changing
    if changing.now.status != "closed":
        return
    for happened in decide(changing.now, Reopen(reason="review_redo"), officer, change.at):
        changing.happen(happened, detail={"reason": "review_redo"})
    await consequences.follow(changing)


async def _check_reviewers(change: Change, document_id: str, first: str, second: str) -> None:
    query = select(accident_documents.c.officer_number).where(accident_documents.c.id == document_id)
    by = (await change.connection.execute(query)).scalar_one()
    for one in (first, second):
        if not 1 <= len(one) <= LONGEST_NUMBER or not one.isalnum():
            raise InvalidField(field="reviewers", why="wrong_type")
        if one == by:
            raise InvalidField(field="reviewers", why="own_determination")
    if first == second:
        raise InvalidField(field="reviewers", why="two_wanted")


async def _of_district(change: Change, accident_id: str, officer: Officer) -> Draft:
    draft = await load_draft(change, accident_id, actor_of(officer))
    if draft.changing.now.district not in officer.districts:
        raise Forbidden
    return draft


async def _determination(change: Change, accident_id: str) -> Any:
    query = select(accident_documents).where(
        accident_documents.c.accident_id == accident_id,
        accident_documents.c.kind == "determination",
        accident_documents.c.withdrawn_at.is_(None),
    )
    found = (await change.connection.execute(query)).first()
    if found is None:
        raise Conflict(why="no_determination")
    return found


async def _of_accident(change: Change, accident_id: str) -> Any:
    query = select(reviews).where(reviews.c.accident_id == accident_id)
    return (await change.connection.execute(query)).first()


async def _open(change: Change, accident_id: str) -> Any:
    review = await _of_accident(change, accident_id)
    if review is None:
        raise NotFound
    if rules.state_of(review) not in {"requested", "forwarded"}:
        raise Conflict(why="review_over")
    return review


def _put(draft: Draft, review_id: str, **values: Any) -> None:
    draft.changing.later(update(reviews).where(reviews.c.id == review_id).values(**values))
