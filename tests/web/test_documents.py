"""Documents of the record: the same for everybody, made once, verified by code, and gone in time."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import timedelta

import pypdfium2
from sqlalchemy import select

from models.actions import duty
from models.actions.clearing_documents import clear_documents
from models.actions.commands import act
from models.incident.commands import Accept, Arrive, Resolve
from models.store import Store
from models.tables import documents, shifts
from tests.models.actions.looking import rows
from tests.support.city import CHEN, LI, PLATES, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of


def words(content: bytes) -> str:
    """All that stands on a PDF, without blanks."""
    pages = pypdfium2.PdfDocument(content)
    return "".join("".join(page.get_textpage().get_text_range() for page in pages).split())


async def a_case(web: Client, clock: FakeClock) -> tuple[str, str]:
    """A fire lane, cleared by Zhang: asked, accepted after 65 s, there after 301 s, closed after 400 s."""
    incident, token = await web.asked("one", reason="fire_lane")
    for after, command in ((65, Accept()), (236, Arrive()), (99, Resolve(outcome="resolved", note="已挪走"))):
        clock.advance(after)
        await act(web.store, incident, command, ZHANG)
    return incident, token


async def shift_of(store: Store) -> str:
    (row,) = await rows(store, select(shifts.c.id))
    return str(row.id)


async def test_the_record_tells_what_happened_and_names_nobody(web: Client, clock: FakeClock) -> None:
    await web.on_duty(ZHANG, YUCHENG)
    incident, token = await a_case(web, clock)
    answer = await web.get(f"/api/v1/incidents/{incident}/record.pdf", headers=bearer(token))
    assert answer.headers["content-type"] == "application/pdf"
    text = words(answer.content)
    for told in ("挪车处置记录", "消防通道", "+1:05", "+5:01", "+6:40", "051827", "已处置", incident):
        assert told in text, told
    assert PLATES["one"] not in text
    assert "已挪走" not in text  # an officer's note is for the staff


async def test_it_is_the_same_document_for_everybody_and_for_two_who_ask_at_once(
    web: Client, clock: FakeClock
) -> None:
    await web.on_duty(ZHANG, YUCHENG)
    incident, token = await a_case(web, clock)
    address = f"/api/v1/incidents/{incident}/record.pdf"
    officers = [bearer(await web.token_of(one)) for one in (ZHANG, CHEN)]
    answers = await asyncio.gather(*(web.get(address, headers=who) for who in [bearer(token), *officers]))
    clock.advance(3_600)
    answers.append(await web.get(address, headers=bearer(token)))
    assert len({answer.content for answer in answers}) == 1
    assert len(await rows(web.store, select(documents))) == 1


async def test_what_is_open_has_no_record_yet_and_strangers_get_none(web: Client, clock: FakeClock) -> None:
    incident, token = await web.asked("one")
    address = f"/api/v1/incidents/{incident}/record.pdf"
    assert error_of(await web.get(address, headers=bearer(token)))[:2] == (409, "illegal_transition")
    _, other = await web.asked("two")
    assert error_of(await web.get(address, headers=bearer(other)))[0] == 403
    assert error_of(await web.get(address, headers=bearer(await web.token_of(WANG))))[0] == 403


async def test_its_code_says_that_it_is_genuine_and_by_which_sum(web: Client, clock: FakeClock) -> None:
    await web.on_duty(ZHANG, YUCHENG)
    incident, token = await a_case(web, clock)
    answer = await web.get(f"/api/v1/incidents/{incident}/record.pdf", headers=bearer(token))
    found = re.search(r"move_record-(\w+)\.pdf", answer.headers["content-disposition"])
    assert found is not None
    page = await web.get(f"/v/{found[1]}")
    assert "这份文书是真的" in page.text
    assert hashlib.sha256(answer.content).hexdigest() in page.text
    assert ZHANG.service_number not in page.text
    assert "genuine" in (await web.get(f"/v/{found[1]}?lang=en")).text
    assert (await web.get("/v/0000000000")).status_code == 404


async def test_a_shift_has_a_report_when_it_has_ended(web: Client, clock: FakeClock) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    await a_case(web, clock)
    address = f"/api/v1/shifts/{await shift_of(web.store)}/report.pdf"
    assert error_of(await web.get(address, headers=bearer(token)))[:2] == (409, "illegal_transition")
    clock.advance(200)
    await duty.set_duty(web.store, ZHANG, False, YUCHENG)
    (shift,) = (await web.get("/api/v1/shifts", headers=bearer(token))).json()["shifts"]
    assert shift["report"] == address
    text = words((await web.get(address, headers=bearer(token))).content)
    for told in ("当班报告", "051827", "10:00", "消防通道", "途中3:56", "挪车1", "n=1"):
        assert told in text, told


async def test_whose_shift_it_is_and_his_commander_read_the_report(web: Client, clock: FakeClock) -> None:
    await web.on_duty(ZHANG, YUCHENG)
    await duty.set_duty(web.store, ZHANG, False, YUCHENG)
    address = f"/api/v1/shifts/{await shift_of(web.store)}/report.pdf"
    chen, li = bearer(await web.token_of(CHEN)), bearer(await web.token_of(LI))
    assert (await web.get(address, headers=chen)).status_code == 200
    assert error_of(await web.get(address, headers=li))[0] == 403
    assert error_of(await web.get(f"/api/v1/shifts?district={YUCHENG}", headers=li))[0] == 403
    assert len((await web.get(f"/api/v1/shifts?district={YUCHENG}", headers=chen)).json()["shifts"]) == 1
    assert error_of(await web.get("/api/v1/shifts/nobodys/report.pdf", headers=chen))[0] == 404


async def test_after_its_time_the_file_is_gone_and_its_code_is_still_known(
    web: Client, clock: FakeClock
) -> None:
    await web.on_duty(ZHANG, YUCHENG)
    incident, token = await a_case(web, clock)
    address = f"/api/v1/incidents/{incident}/record.pdf"
    await web.get(address, headers=bearer(token))
    store = web.store
    assert await clear_documents(store, store.media.remove) == 0
    clock.advance(timedelta(days=4 * 366).total_seconds())
    assert await clear_documents(store, store.media.remove) == 1
    assert list(store.media.names()) == []
    (row,) = await rows(store, select(documents.c.code, documents.c.file))
    assert row.file is None
    assert "这份文书是真的" in (await web.get(f"/v/{row.code}")).text
    assert error_of(await web.get(address, headers=bearer(await web.token_of(CHEN))))[0] == 404
