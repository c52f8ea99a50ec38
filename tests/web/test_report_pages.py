"""The pages of citizens' reports: where one is told, where one is followed, and what neither gives away."""

from __future__ import annotations

import pytest

from models.actions import flags
from models.flags.content import Stage
from models.store import Store
from tests.support.city import MINGSHAN, YUCHENG, joins
from tests.web.client import Client
from tests.web.test_pages import boot, built
from tests.web.test_reports import ADMIN, told

__all__ = ["built"]


async def switch(store: Store, state: str, *codes: str) -> None:
    for code in codes:
        await flags.set_stage(store, "module.reports", code, Stage(state), ADMIN)  # type: ignore[arg-type]
    await store.configuration.refresh()


@pytest.fixture(autouse=True)
async def an_administrator(store: Store) -> None:
    await joins(store, ADMIN)


async def test_nobody_tells_where_the_module_is_off(built: Client) -> None:
    answer = await built.get("/report")
    assert answer.status_code == 403
    assert "这里还没有开通违法举报" in answer.text
    assert "/report" not in (await built.get("/")).text


async def test_the_page_says_what_the_rules_want_before_the_first_photo(built: Client, store: Store) -> None:
    await switch(store, "live", YUCHENG)
    data = boot(await built.get("/report"))["data"]
    assert data["offences"][:2] == ["obstructing", "fire_lane"]
    assert [one["code"] for one in data["districts"]] == [YUCHENG]
    assert (data["wanted"]["least"], data["wanted"]["seconds_apart"]) == (2, 10)
    assert "/report" in (await built.get("/")).text


async def test_the_link_shows_its_report_and_is_kept_and_passed_on_by_nothing(
    built: Client, store: Store
) -> None:
    await switch(store, "live", YUCHENG, MINGSHAN)
    report, headers = await told(built, words="每天都停在这里", contact="13900001234")
    answer = await built.get("/r/" + headers["Authorization"].partition(" ")[2])
    assert answer.status_code == 200, answer.text[:200]
    data = boot(answer)["data"]
    assert (data["report"]["id"], data["report"]["state"], data["report"]["days_left"]) == (
        report,
        "waiting",
        5,
    )
    for secret in ("川TA1235", "每天都停在这里", "13900001234"):
        assert secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    # As on the owner's page, the document says that nobody learns where he came from.
    assert 'name="referrer" content="no-referrer"' in answer.text


async def test_a_link_that_opens_nothing_says_so(built: Client, store: Store) -> None:
    await switch(store, "live", YUCHENG)
    assert (await built.get("/r/nothing")).status_code == 410
