"""A shift as people live it: planned at the desk, signed on with consent, a break, relief by name, and a forgotten end.

And one as two officers on patrol play it, from signing on to the car that leaves after the notice. The planned shift
lasts a day and so always spans midnight. Only the end of its grace is set earlier in the database.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from models.clock import BEIJING, SystemClock
from tests.browser.backstage import Officer, ask, sign_in
from tests.browser.kerbside import COUNT, NO_CAMERA, files, opens_the_camera, photographs, states
from tests.browser.people import (
    PATIENCE_MS,
    OfficerOnDuty,
    Owner,
    Requester,
    Sample,
    button,
    database_says,
    masked,
    sees,
)
from tests.support.browser import Visitors, accessibility_violations
from tests.support.pictures import street
from tests.support.plates import photographed
from tests.support.product import Product, running_product
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("empty_board")

GIVER, TAKER = "police1", "police2"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("shift") / "home", limits="off") as product:
        has_no_roster(product)
        yield product


def has_no_roster(city: Product) -> None:
    """The sample city's own weeks make room for what is planned here."""
    with sqlite3.connect(city.home / "wufen.db", timeout=10) as connection:
        for table in ("roster_places", "roster_shifts", "rosters", "shift_templates"):
            connection.execute(f"DELETE FROM {table}")


def number_of(city: Product, username: str) -> str:
    rows = database_says(city, "SELECT service_number FROM officers WHERE username = ?", username)
    return str(rows[0][0])


def begun() -> datetime:
    """The last full hour in Beijing."""
    return SystemClock().now().astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)


def plans_a_day(page: Page, city: Product) -> None:
    """The commander puts both into a shift of today that has begun, and publishes the week."""
    start = begun()
    page.goto(f"{city.web_url}/roster")
    sees(page, "这一周还没有排班")
    day = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")[start.weekday()]
    button(page, f"添加班次：全区 {day}").click()
    form = page.get_by_role("dialog")
    form.get_by_label("班次", exact=True).fill("全天班")
    form.get_by_label("开始").fill(f"{start:%H:%M}")
    form.get_by_label("结束").fill(f"{start:%H:%M}")
    form.get_by_label("民警", exact=True).fill("2")
    for username in (GIVER, TAKER):
        form.get_by_role("checkbox", name=re.compile(number_of(city, username))).check()
    button(form, "保存").click()
    expect(page.get_by_role("button", name=re.compile("全天班"))).to_be_visible(timeout=PATIENCE_MS)
    button(page, "发布").click()
    sees(page, "已发布，民警的手机上能看到自己的班了")


def signs_on(page: Page, city: Product, username: str) -> None:
    """Reads his next shift and what is gathered, and agrees."""
    sign_in(page, city, username)
    page.goto(f"{city.web_url}/officer")
    sees(page, f"今天 {begun():%H:%M}–次日 {begun():%H:%M}")
    page.get_by_role("switch", name="上岗").click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_text("随班次保存 30 天")).to_be_visible()
    button(asked, "同意并上岗").click()
    expect(status_row(page)).to_contain_text("可派警", timeout=PATIENCE_MS)


def status_row(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^我的状态"))


def chooses(page: Page, status: str) -> None:
    status_row(page).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{status}")).click()
    expect(status_row(page)).to_contain_text(status, timeout=PATIENCE_MS)


def is_over_grace(city: Product, username: str) -> None:
    """The end of the shift's grace has just passed."""
    past = (
        (SystemClock().now() - timedelta(seconds=1)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    )
    with sqlite3.connect(city.home / "wufen.db", timeout=10) as connection:
        connection.execute(
            "UPDATE shifts SET off_by = ? WHERE ended_at IS NULL AND officer_id ="
            " (SELECT id FROM officers WHERE username = ?)",
            (past, username),
        )


@pytest.mark.timeout(180)
def test_a_shift_from_the_roster_to_the_relief_and_its_forgotten_end(
    city: Product, visitors: Visitors
) -> None:
    desk = visitors.desk(reduced_motion="reduce")
    sign_in(desk, city, "commander")
    plans_a_day(desk, city)
    assert accessibility_violations(desk) == []

    giver, taker = visitors.phone(), visitors.phone()
    signs_on(giver, city, GIVER)
    assert database_says(city, "SELECT version, given, keep_days FROM position_consents") == [("1", 1, 30)]
    expect(desk.get_by_text(f"未到：{number_of(city, TAKER)}")).to_be_visible(timeout=PATIENCE_MS)
    chooses(giver, "休息")
    assert accessibility_violations(giver) == []
    chooses(giver, "可派警")
    signs_on(taker, city, TAKER)
    expect(desk.get_by_text("已到齐")).to_be_visible(timeout=PATIENCE_MS)

    case = ask(city, 0)
    Officer(city, GIVER).does(case, "accept")
    expect(status_row(giver)).to_contain_text("途中", timeout=PATIENCE_MS)
    giver.get_by_role("switch", name="在岗").click()
    sheet = giver.get_by_role("dialog")
    expect(button(sheet, "还有 1 件没说怎么办")).to_be_visible()
    sheet.get_by_label("交代一句").fill("车主在东门等")
    button(sheet, "请他接手").click()
    sees(sheet, f"等 {number_of(city, TAKER)} 答复")
    assert accessibility_violations(giver) == []

    card = taker.get_by_role("article").filter(has_text=f"{number_of(city, GIVER)} 请您接手")
    expect(card.get_by_text("车主在东门等")).to_be_visible(timeout=PATIENCE_MS)
    sees(card, masked(Sample.of(city).stickers[0]["plate"]))
    assert accessibility_violations(taker) == []
    button(card, "接手").click()
    expect(status_row(taker)).to_contain_text("途中", timeout=PATIENCE_MS)
    sees(sheet, "手上没有警情了，可以下岗")
    button(sheet, "下岗").click()
    expect(giver.get_by_role("switch", name="上岗")).to_be_visible(timeout=PATIENCE_MS)

    is_over_grace(city, TAKER)
    expect(desk.get_by_text("到点自动下岗 · 1 件退回待接")).to_be_visible(timeout=PATIENCE_MS)
    taker.reload()
    expect(taker.get_by_role("switch", name="上岗")).to_be_visible(timeout=PATIENCE_MS)
    assert database_says(city, "SELECT status, officer_id, outcome FROM incidents WHERE id = ?", case.id) == [
        ("offered", None, None)
    ]
    ended = "SELECT ended_how, returned FROM shifts ORDER BY started_at, ended_at"
    assert database_says(city, ended) == [("self", 0), ("grace", 1)]

    # He reads the report of it where his other things are.
    button(taker, "设置").click()
    taker.get_by_role("button", name=re.compile("^我的班次")).click()
    report = taker.get_by_role("dialog").get_by_role("link").get_attribute("href")
    assert report is not None
    paper = taker.request.get(city.web_url + report)
    assert paper.headers["content-type"] == "application/pdf"
    assert accessibility_violations(taker) == []


def declines(page: Page, reason: str) -> None:
    page.locator(".card .what").first.click()
    button(page, "更多操作").click()
    page.get_by_role("button", name=re.compile("^婉拒派警")).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_text(reason).click()
    button(sheet, "婉拒派警").click()


def told_by(city: Product, case: str) -> list[tuple[str, str | None]]:
    """What happened to an incident, and by which officer's hand."""
    query = (
        "SELECT e.name, o.username FROM events e LEFT JOIN officers o ON e.actor = o.role || ':' || o.id"
        " WHERE e.incident_id = ? ORDER BY e.offset"
    )
    return [(name, who) for name, who in database_says(city, query, case)]


@pytest.mark.timeout(180)
def test_two_on_patrol_from_signing_on_to_the_car_that_leaves_after_the_notice(
    city: Product, visitors: Visitors, tmp_path: Path
) -> None:
    sample = Sample.of(city)
    first = OfficerOnDuty(city, visitors, sample.named(GIVER))
    first.signs_in_and_goes_on_duty()
    requester = Requester(city, visitors, sample.stickers[1])
    requester.scans_and_asks()
    button(requester.page, "请交警来").click()

    # The one on duty is asked by name, and says why he cannot.
    sees(first.page, "派给您")
    second = OfficerOnDuty(city, visitors, sample.named(TAKER))
    second.page.add_init_script(NO_CAMERA)
    second.signs_in_and_goes_on_duty()
    declines(first.page, "离得太远")
    sees(first.page, "已婉拒")

    # The next one is asked, in a tunnel: his word waits on the phone and goes out by itself.
    sees(second.page, "派给您")
    second.page.context.set_offline(True)
    sees(second.page, "网络已断开，可继续处置")
    second.accepts()
    sees(second.page, "1 项操作存在手机上")
    [(case, taken_by)] = database_says(city, "SELECT id, officer_id FROM incidents WHERE status != 'closed'")
    assert taken_by is None
    second.page.context.set_offline(False)
    expect(second.page.get_by_text("存在手机上")).to_have_count(0, timeout=PATIENCE_MS)
    requester.reads("交警已接单")
    second.arrives()
    second.resolves()
    requester.reads("交警已处理")
    assert [one for one in told_by(city, case) if one[1]] == [
        ("declined", GIVER),
        ("accepted", TAKER),
        ("arrived", TAKER),
        ("resolved", TAKER),
    ]
    puts_two_cars_on_record(city, visitors, second.page, tmp_path)


def puts_two_cars_on_record(city: Product, visitors: Visitors, page: Page, folder: Path) -> None:
    """Beside it two cars stand where none may: one photo each. One owner says that he has left, one just leaves."""
    answering, silent = (one["plate"] for one in Sample.of(city).stickers[2:4])
    owner = Owner(city, visitors)
    owner.watches_the_phone()
    page.goto(f"{city.web_url}/officer")
    opens_the_camera(page)
    page.evaluate(COUNT)
    photographs(page, photographed(folder / "one.jpg", answering))
    sees(page, "已定位")
    files(page, answering)
    until(lambda: states(city) == ["noticed"], "the record is filed")
    assert page.evaluate("window.taps") <= 3
    assert page.evaluate("[...window.fields]") == ["plate"]
    query = (
        "SELECT r.plate_masked, r.offence, r.district, i.origin, i.response_seconds, r.lat IS NOT NULL"
        " FROM parking_records r JOIN incidents i ON i.id = r.incident_id"
    )
    assert database_says(city, query) == [(masked(answering), 1039, "511802", "officer", 300, 1)]

    # The owner reads until when, and has left by then.
    owner.opens_the_message()
    button(owner.page, "车已经挪走了").click()
    owner.reads("您说已经挪走")
    button(page, "我的记录").click()
    button(page, "车主说已挪走，确认").click()
    until(lambda: states(city) == ["left"], "it is closed by his word")

    # The other one is simply gone: a second photo shows it.
    button(page, "拍照").click()
    photographs(page, photographed(folder / "two.jpg", silent))
    files(page, silent)
    until(lambda: states(city) == ["left", "noticed"], "the second record is filed")
    button(page, "我的记录").click()
    button(page, "已驶离，拍照").click()
    sees(page, f"再拍一张：{masked(silent)} 已经不在原处")
    photographs(page, street(folder / "gone.jpg"))
    until(lambda: states(city) == ["left", "left"], "it is closed by the photo")
    expect(page.get_by_text("已驶离", exact=True)).to_have_count(2, timeout=PATIENCE_MS)
    assert accessibility_violations(page) == []
    ends = "SELECT status, outcome, moved_at IS NOT NULL FROM incidents WHERE origin = 'officer'"
    assert database_says(city, ends) == [("closed", "settled", 1)] * 2
    shown = "SELECT kind, count(*) FROM parking_notices GROUP BY kind ORDER BY kind"
    assert database_says(city, shown) == [("first", 2), ("left", 1)]


def test_a_file_with_faults_is_taken_in_line_by_line(city: Product, visitors: Visitors) -> None:
    desk = visitors.desk(reduced_motion="reduce")
    sign_in(desk, city, "commander")
    desk.goto(f"{city.web_url}/roster")
    button(desk, "下一周").click()
    monday = (begun() + timedelta(days=7 - begun().weekday())).date()
    lines = [
        "日期,开始,结束,区域,班次,职责,警号",
        f"{monday},22:00,06:00,,夜班,民警,{number_of(city, GIVER)}",
        f"{monday},22:00,6点,,夜班,民警,{number_of(city, TAKER)}",
    ]
    button(desk, "导入").click()
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode("gb18030")}
    desk.get_by_label("选择文件").set_input_files(file)  # type: ignore[arg-type]
    sees(desk, "排入 1 行，退回 1 行")
    refused = desk.get_by_role("row", name=re.compile("时间写法不对"))
    expect(refused.get_by_role("cell").nth(0)).to_have_text("3")
    expect(refused.get_by_role("cell").nth(1)).to_have_text("结束")
    assert accessibility_violations(desk) == []
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("button", name=re.compile("夜班"))).to_be_visible(timeout=PATIENCE_MS)
