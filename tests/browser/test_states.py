"""What the pages say when not everything goes well: no network, no hub, too late, locked, nobody there.

What the requester's page does in a dead spot and after a reload is in ``test_driver_page``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.backstage import Case, Officer, ask, on_duty, sign_in
from tests.browser.people import PATIENCE_MS, Requester, Sample, button, database_says, masked, sees
from tests.support.browser import Visitors
from tests.support.product import Product, running_product
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("empty_board")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("states") / "home", limits="off") as product:
        yield product


def sticker_of(city: Product, number: int) -> dict[str, Any]:
    return Sample.of(city).stickers[number]


def events(city: Product, case: Case, name: str) -> int:
    """How often something has happened to a case."""
    rows = database_says(
        city, "SELECT count(*) FROM events WHERE incident_id = ? AND name = ?", case.id, name
    )
    return int(rows[0][0])


def loses_the_hub(page: Page) -> None:
    """From now on no live connection comes about; the rest of the network is as it was."""
    page.route_web_socket("**/connection/websocket", lambda socket: socket.close())


def goes_on(clock: Locator) -> None:
    """The clock shows another second than just now."""
    before = clock.get_attribute("aria-label") or ""
    expect(clock).not_to_have_attribute("aria-label", before, timeout=PATIENCE_MS)


def answers(status: int, code: str, message: str) -> Callable[[Route], None]:
    error = {"error": {"code": code, "message": message}}
    return lambda route: route.fulfill(status=status, json=error)


# Nobody there, locked, no longer valid


def test_with_nobody_on_duty_the_requester_reads_whom_to_call(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, sticker_of(city, 0))
    requester.scans_and_asks()
    button(requester.page, "请交警来").click()
    requester.reads("现在没有交警值班")
    requester.reads("着急请直接拨打 122")
    call = requester.page.get_by_role("link", name="拨打 122")
    expect(call).to_be_visible()
    expect(call).to_have_attribute("href", "tel:122")


def test_wrong_ends_of_the_plate_are_counted_down_and_then_locked_with_a_time(
    city: Product, visitors: Visitors
) -> None:
    page = visitors.phone()
    sticker = sticker_of(city, 1)
    page.goto(f"{city.web_url}/s/{sticker['code']}")
    button(page, "占用车位").click()
    field = page.get_by_label("车牌末三位")
    for left in (4, 3, 2, 1):
        field.fill("000")
        button(page, "通知车主挪车").click()
        sees(page, f"还可以试 {left} 次")
    field.fill("000")
    button(page, "通知车主挪车").click()
    expect(page.get_by_text(re.compile(r"第五次不对.*\d\d:\d\d 以后再试.*122"))).to_be_visible()
    expect(button(page, "通知车主挪车")).to_have_attribute("aria-disabled", "true")

    page.reload()
    button(page, "占用车位").click()
    page.get_by_label("车牌末三位").fill(sticker["plate"][-3:])
    button(page, "通知车主挪车").click()
    expect(page.get_by_text(re.compile(r"错了五次.*\d\d:\d\d 以后再试.*122"))).to_be_visible()
    assert database_says(
        city,
        "SELECT count(*) FROM incidents i JOIN stickers s ON s.id = i.sticker_id WHERE s.code = ?",
        sticker["code"],
    ) == [(0,)]


def test_a_sticker_that_is_revoked_under_ones_eyes_says_so_politely(
    city: Product, visitors: Visitors
) -> None:
    sticker = sticker_of(city, 2)
    requester = Requester(city, visitors, sticker)
    requester.page.goto(f"{city.web_url}/s/{sticker['code']}")
    button(requester.page, "挡住出入口").click()
    Officer(city, "admin").revokes(sticker)
    requester.page.get_by_label("车牌末三位").fill(sticker["plate"][-3:])
    button(requester.page, "通知车主挪车").click()
    requester.reads("这张旧贴纸已不再使用")

    requester.page.goto(f"{city.web_url}/s/{sticker['code']}")
    requester.reads("这张贴纸已经失效")
    expect(requester.page.get_by_role("link", name="拨打 122")).to_have_attribute("href", "tel:122")


def test_without_a_place_the_requester_reads_that_the_owner_is_told_later(
    city: Product, visitors: Visitors
) -> None:
    page = visitors.phone(permissions=[])
    sticker = sticker_of(city, 3)
    page.goto(f"{city.web_url}/s/{sticker['code']}")
    button(page, "消防通道").click()
    page.get_by_role("button", name=re.compile("位置")).click()
    expect(
        page.get_by_role("status").filter(has_text="没有位置也可以 车主会稍晚一点收到通知")
    ).to_be_attached()
    page.get_by_label("车牌末三位").fill(sticker["plate"][-3:])
    button(page, "通知车主挪车").click()
    sees(page, "稍后通知车主")
    sees(page, "约半分钟后通知")


# No network


def test_the_owner_answers_in_a_dead_spot_and_it_counts_once(city: Product, visitors: Visitors) -> None:
    case = ask(city, 4)
    page = visitors.phone()
    page.goto(case.owners_link)
    button(page, "车已经挪走了").wait_for()
    page.context.set_offline(True)
    sees(page, "网络断了，时钟照走")
    goes_on(page.get_by_role("timer"))
    page.get_by_role("button", name=re.compile(r"^5\s*分钟内到")).click()
    sees(page, "已记下，联网后自动发送")
    page.context.set_offline(False)
    sees(page, "已告诉对方")
    expect(page.get_by_text("网络断了")).to_have_count(0)
    assert events(city, case, "answered") == 1


def test_an_officer_accepts_without_a_network_and_it_is_sent_once_when_it_is_back(
    city: Product, visitors: Visitors
) -> None:
    with on_duty(city, "police1"):
        case = ask(city, 5)
        page = visitors.phone()
        sign_in(page, city, "police1")
        page.goto(f"{city.web_url}/officer")
        accept = page.get_by_role("button", name=re.compile("^接警")).first
        accept.wait_for()
        keys: list[str] = []
        page.on("request", lambda sent: keys.append(sent.headers.get("idempotency-key", "")))

        page.context.set_offline(True)
        sees(page, "网络已断开，可继续处置")
        goes_on(page.get_by_role("timer").first)
        accept.click()
        sees(page, "1 项操作存在手机上")
        expect(page.get_by_role("tab", name=re.compile(r"处置中\s*1"))).to_be_visible()
        sees(page, "待上传")
        assert events(city, case, "accepted") == 0

        page.context.set_offline(False)
        sees(page, "已接警")
        expect(page.get_by_text("网络已断开")).to_have_count(0, timeout=PATIENCE_MS)
        expect(page.get_by_text("待上传")).to_have_count(0)
        assert events(city, case, "accepted") == 1
        assert len({key for key in keys if key}) == 1


def test_a_step_that_waits_for_the_network_survives_a_reload(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        case = ask(city, 6)
        page = visitors.phone()
        sign_in(page, city, "police1")
        page.goto(f"{city.web_url}/officer")
        page.route("**/accept", lambda route: route.abort())
        page.get_by_role("button", name=re.compile("^接警")).first.click()
        sees(page, "待上传")
        page.unroute("**/accept")
        page.reload()
        until(lambda: events(city, case, "accepted") == 1, "the step to be sent")
        expect(page.get_by_text("待上传")).to_have_count(0)


# No hub


def test_without_the_hub_the_requester_still_follows(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, sticker_of(city, 7))
    loses_the_hub(requester.page)
    with on_duty(city, "police1") as officer:
        requester.scans_and_asks()
        button(requester.page, "车已挪走").wait_for()
        rows = database_says(city, "SELECT id FROM incidents ORDER BY requested_at DESC LIMIT 1")
        case = Case(city, rows[0][0], "")
        officer.does(case, "accept")
        requester.reads("交警已接单")
        officer.does(case, "arrive")
        requester.reads("交警已到现场")
        officer.does(case, "resolve")
        requester.reads("交警已处理")


def test_without_the_hub_officer_and_wall_say_so_and_still_follow(city: Product, visitors: Visitors) -> None:
    phone, wall = visitors.phone(), visitors.wall()
    loses_the_hub(phone)
    loses_the_hub(wall)
    with on_duty(city, "police1"):
        sign_in(phone, city, "police1")
        phone.goto(f"{city.web_url}/officer")
        wall.goto(f"{city.web_url}/wall")
        sees(phone, "没有待接的警情")
        sees(phone, "实时连接中断，正在定时刷新")
        sees(wall, "实时中断 · 定时刷新")
        case = ask(city, 8, "fire_lane")
        expect(phone.get_by_role("tab", name=re.compile(r"待接\s*1"))).to_be_visible(timeout=PATIENCE_MS)
        sees(wall, masked(sticker_of(city, 8)["plate"]))
        case.does("settle")
        sees(phone, "没有待接的警情")
        expect(wall.get_by_text(masked(sticker_of(city, 8)["plate"]))).to_have_count(0, timeout=PATIENCE_MS)


def test_what_happened_while_the_wall_was_still_connecting_is_told(city: Product, visitors: Visitors) -> None:
    wall = visitors.wall()
    held: list[Route] = []
    wall.route("**/api/v1/connection-token*", lambda route: held.append(route))
    case = ask(city, 8)
    with wall.expect_request("**/api/v1/connection-token*"):
        wall.goto(f"{city.web_url}/wall?district=511802")
    wall.locator(".sla li").first.wait_for()
    case.does("settle")
    with wall.expect_response("**/districts/511802/board"):
        pass
    held[0].continue_()
    sees(wall, "链路正常")
    sees(wall, "车已挪走")


def test_without_the_hub_the_phones_still_ring(city: Product, visitors: Visitors) -> None:
    page = visitors.desk()
    loses_the_hub(page)
    page.goto(f"{city.web_url}/phones")
    sticker = sticker_of(city, 9)
    ask(city, 9)
    expect(page.get_by_role("article", name=sticker["owner_phone_masked"]).first).to_be_visible(
        timeout=PATIENCE_MS
    )


# Too late, refused, out of order


def test_of_two_officers_who_accept_at_once_the_loser_reads_who_has_it(
    city: Product, visitors: Visitors
) -> None:
    with on_duty(city, "police1") as first, on_duty(city, "police2"):
        case = ask(city, 10)
        page = visitors.phone()
        sign_in(page, city, "police2")
        page.goto(f"{city.web_url}/officer")

        def overtake(route: Route) -> None:
            first.does(case, "accept")
            route.continue_()

        page.route("**/accept", overtake)
        page.get_by_role("button", name=re.compile("^接警")).first.click()
        expect(page.get_by_role("alert").filter(has_text="慢了一步：051827 已接警")).to_be_visible()
        expect(page.get_by_role("tab", name=re.compile(r"处置中\s*0"))).to_be_visible()
        expect(page.get_by_role("heading", name="同事正在处置")).to_be_visible()
        assert events(city, case, "accepted") == 1


def test_a_server_that_gives_no_answer_is_asked_again_by_hand(city: Product, visitors: Visitors) -> None:
    page = visitors.phone()
    page.route("**/api/v1/me", lambda route: route.abort())
    page.goto(f"{city.web_url}/officer")
    sees(page, "暂时连不上，请稍后再试")
    page.unroute("**/api/v1/me")
    button(page, "再试一次").click()
    button(page, "登录").wait_for()


def test_the_servers_own_sentence_is_shown(city: Product, visitors: Visitors) -> None:
    page = visitors.phone()
    page.goto(f"{city.web_url}/officer")
    page.get_by_label("用户名").fill("police1")
    page.get_by_label("密码").fill("anything")
    page.route("**/api/v1/sessions", answers(503, "unavailable", "系统正忙，请稍后再试。"))
    button(page, "登录").click()
    expect(page.get_by_role("alert").filter(has_text="系统正忙，请稍后再试。")).to_be_visible()
    page.unroute("**/api/v1/sessions")
    page.route("**/api/v1/sessions", lambda route: route.fulfill(status=500, body="<h1>oops</h1>"))
    page.get_by_label("密码").fill("anything")
    button(page, "登录").click()
    expect(page.get_by_role("alert").filter(has_text="暂时连不上，请稍后再试")).to_be_visible()


def test_a_board_that_may_not_be_read_says_why_until_it_may(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        sign_in(page, city, "police1")
        page.route("**/board", answers(403, "forbidden", "您没有权限做这件事。"))
        with page.expect_websocket():
            page.goto(f"{city.web_url}/officer")
        sees(page, "您没有权限做这件事。")
        # However well the live connection is: what was refused is asked for again and again.
        for _ in range(3):
            page.wait_for_event("response", lambda response: response.url.endswith("/board"))
        expect(button(page, "再试一次")).to_be_visible()
        page.unroute("**/board")
        sees(page, "没有待接的警情")


def test_an_officer_whose_account_ends_is_back_at_the_door(city: Product, visitors: Visitors) -> None:
    page, desk = visitors.phone(), visitors.desk()
    sign_in(page, city, "police3")
    sign_in(desk, city, "admin")
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("switch", name="上岗").wait_for()
    desk.goto(f"{city.web_url}/admin#officers")
    button(desk, "停用 police3").click()
    button(desk, "确定停用 police3？其登录和实时连接会立即结束。").click()
    sees(desk, "police3 已停用")
    page.get_by_role("switch", name="上岗").click()
    button(page, "同意并上岗").click()
    button(page, "登录").wait_for()
