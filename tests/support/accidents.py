"""Two drivers and their accident, up to where each test begins."""

from __future__ import annotations

from typing import Any

import pypdfium2
from sqlalchemy import select

from models.accident.details import Details
from models.actions import accident_parties, accident_signing, accident_terms
from models.actions.accident_papers import CONTENT
from models.actions.accident_terms import Terms
from models.actions.accidents import NewAccident, Reported, report
from models.actions.commands import act
from models.caller import Officer, Participant
from models.incident.commands import Accept, HandOver
from models.queries.accidents import accident_for
from models.store import Store
from models.tables import accident_documents
from tests.support.city import GATE, YUCHENG

HAND = [[[x, 100 + x % 40] for x in range(100, 600, 20)]]
OTHER_HAND = [[[x, 200 - x % 40] for x in range(100, 700, 20)]]
WU = Details(
    name="吴建国",
    licence="513101199001011234",
    phone="13812340001",
    vehicle_type="car",
    plate="川TA1235",
    insurer="平安财险",
    policy="PA2026000111",
    impact="front",
)
LUO = Details(
    name="罗小梅",
    licence="513101199202025678",
    phone="13812340002",
    vehicle_type="car",
    plate="川TD12345",
    insurer="人保财险",
    policy="PI2026000222",
    impact="rear",
    statement="我在等红灯",
)


async def reported(store: Store, *answers: str, **more: Any) -> Reported:
    return await report(store, NewAccident(answers, **{"location": GATE, "district": YUCHENG, **more}))


def party(done: Any) -> Participant:
    return Participant(done.participant, done.view["id"], "party")


async def both(store: Store) -> tuple[str, Participant, Participant]:
    """Two cars that can move, both parties there, everything entered, nobody has signed."""
    first = await reported(store)
    a = party(first)
    invitation = await accident_parties.invite(store, a.incident_id, a)
    joined = await accident_parties.join(store, invitation.code, device=b"2" * 16, address=None)
    b = party(joined)
    await accident_parties.enter(store, a.incident_id, a, WU)
    await accident_parties.enter(store, a.incident_id, b, LUO)
    given = Terms(form="rear_end", mine="rear_end", theirs="ordinary", weather="rain")
    await accident_terms.state(store, a.incident_id, a, given)
    return a.incident_id, a, b


async def terms_of(store: Store, who: Participant) -> int:
    return int((await accident_for(store, who.incident_id, who))["terms"])


async def signed(store: Store) -> tuple[str, Participant, Participant, str]:
    accident, a, b = await both(store)
    terms = await terms_of(store, a)
    assert (await accident_signing.sign(store, accident, a, terms, HAND)).code is None
    done = await accident_signing.sign(store, accident, b, terms, OTHER_HAND)
    assert done.code is not None
    return accident, a, b, done.code


async def paper(store: Store, accident: str, kind: str) -> str:
    """The text of the newest document of this kind."""
    query = select(accident_documents).where(
        accident_documents.c.accident_id == accident, accident_documents.c.kind == kind
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query.order_by(accident_documents.c.made_at.desc()))).first()
    assert row is not None
    content = store.vault.open_bytes(CONTENT, row.id, store.media.read(row.file))
    pages = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_range() for page in pages)


async def rows(store: Store, table: Any) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(table))).all())


async def determined(
    store: Store, officer: Officer, grade: str = "main"
) -> tuple[str, Participant, Participant]:
    """Both asked for an officer, who determined it; he has it still."""
    accident, a, b = await both(store)
    await act(store, accident, HandOver(), a)
    await act(store, accident, Accept(), officer)
    await accident_signing.determine(store, accident, officer, grade, "变道影响直行，看过照片")
    return accident, a, b
