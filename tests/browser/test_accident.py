"""Accidents in the street: somebody hurt, and the officer's screen knows; two phones that make an agreement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.accidents import (
    LUO,
    WU,
    both_there,
    downloads,
    draws,
    enters,
    fills_in,
    opens,
    signs,
    takes_photos,
    text_of,
)
from tests.browser.people import PATIENCE_MS, OfficerOnDuty, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until

# Numbers that were dialled: a browser without a telephone has nowhere to send them.
DIALLED = """window.dialled = []; const click = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () {
  if (this.href.startsWith("tel:")) window.dialled.push(this.href); else click.call(this); };"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("accident") / "home"
    with running_product(home, limits="off", processes="web=1,hub=1,worker=1") as product:
        yield product


def heard(city: Product) -> tuple[datetime, datetime] | None:
    """When the accident was reported, and when an officer's phone had it."""
    rows = database_says(
        city,
        "SELECT i.requested_at, o.received_at FROM incidents i JOIN offers o ON o.incident_id = i.id"
        " WHERE i.kind = 'accident' AND o.received_at IS NOT NULL",
    )
    return (datetime.fromisoformat(rows[0][0]), datetime.fromisoformat(rows[0][1])) if rows else None


def links_of(city: Product) -> list[tuple[object, ...]] | None:
    """The parties' own, once both were told."""
    links = database_says(city, "SELECT link FROM simulator_messages WHERE link LIKE '%/a/%'")
    return links if len(links) == 2 else None


def in_a_tunnel(page: Page, name: str) -> None:
    """The button is pressed without a network, the page is closed, and opened again where there is one."""
    away: list[str] = []

    def lost(route: Route) -> None:
        away.append(route.request.method)
        route.abort()

    page.route("**/api/v1/accidents**", lost)
    button(page, name).click()
    until(lambda: [one for one in away if one != "GET"], "it was tried", 20)
    page.reload()
    page.unroute("**/api/v1/accidents**")
    page.reload()


@pytest.mark.timeout(120)
def test_somebody_hurt_is_on_the_officers_screen_without_any_form(city: Product, visitors: Visitors) -> None:
    page = visitors.phone()
    officer = OfficerOnDuty(city, visitors, Sample.of(city).account("police"))
    officer.signs_in_and_goes_on_duty()
    opens(page, city)
    button(page, "有人受伤").click()
    button(page, "一键报警").click()
    # Nothing was typed: the message reaches the officer's screen.
    sees(officer.page, "有人受伤")
    sees(page, "已报警")
    sees(page, "不要搬动伤员，先打 120")
    assert accessibility_violations(page) == []
    requested, received = until(lambda: heard(city), "his phone has said that it has it", 20)
    assert (received - requested).total_seconds() < 1, "by the product's own instants"
    officer.accepts()
    sees(page, "民警正在赶来")
    page.reload()
    sees(page, "民警正在赶来")
    officer.page.locator("article .what").first.click()
    sees(officer.page, "当事人与责任")
    assert accessibility_violations(officer.page) == []


@pytest.mark.timeout(240)
def test_two_phones_make_an_agreement_whatever_interrupts_them_and_anybody_verifies_it(
    city: Product, visitors: Visitors, tmp_path: Path
) -> None:
    first, second = visitors.phone(), visitors.phone()
    opens(first, city)
    # The report is under way when the page is closed.
    in_a_tunnel(first, "都没有，只是车碰了")
    sees(first, "怎么撞的？")
    first.get_by_role("radio", name="30 分钟前").click()
    in_a_tunnel(first, "追尾")
    sees(first, "按顺序拍")
    takes_photos(first, tmp_path)
    code = first.locator("p.code")
    expect(code).to_be_visible(timeout=PATIENCE_MS)
    typed = code.inner_text().replace(" ", "")
    # The second phone's page is closed while it joins: the code is used up, and it is in all the same.
    second.route("**/api/v1/accidents/join", lambda route: (route.fetch(), route.abort()))
    second.goto(f"{city.web_url}/accident?join={typed}")
    sees(first, "谁的责任？")
    second.unroute("**/api/v1/accidents/join")
    second.reload()
    sees(second, "谁的责任？")
    in_a_tunnel(first, "我")
    sees(first, "我的信息")
    # What was typed and not saved is there again; saving is under way when the page is closed.
    fills_in(first, WU)
    first.reload()
    expect(first.get_by_label("保单号")).to_have_value("PA2026000111")
    in_a_tunnel(first, "保存")
    sees(first, "还缺")

    sees(second, "我的信息")
    second.context.set_offline(True)
    enters(second, LUO, "我在等红灯")
    sees(second, "已记下，联网后自动发送")
    second.context.set_offline(False)
    expect(second.get_by_text("吴*国")).to_be_visible(timeout=PATIENCE_MS)
    assert "13812340001" not in second.content()
    assert "川TA1235" not in second.content()
    assert "我在等红灯" not in first.content()
    assert accessibility_violations(second) == []
    draws(second)
    in_a_tunnel(second, "同意并签字")
    sees(second, "您已签字，等对方签字")
    draws(first)
    in_a_tunnel(first, "同意并签字")
    sees(first, "协议已达成")
    sees(second, "协议已达成")

    paper = downloads(first)
    text = text_of(paper)
    for wanted in (*WU.values(), *LUO.values(), "追尾前车", "全部责任", "无责任", "车头"):
        assert wanted in text, wanted
    ((happened, reported),) = database_says(
        city,
        "SELECT a.happened_at, i.requested_at FROM accidents a JOIN incidents i ON i.id = a.id"
        " JOIN accident_documents d ON d.accident_id = a.id",
    )
    apart = datetime.fromisoformat(reported) - datetime.fromisoformat(happened)
    assert apart.total_seconds() / 60 == pytest.approx(30, abs=0.5), "by two clocks"

    second.get_by_role("link", name=re.compile("核验码")).click()
    sees(second, "有效")
    sees(second, hashlib.sha256(paper).hexdigest())
    kept, other = tmp_path / "paper.pdf", tmp_path / "other.pdf"
    kept.write_bytes(paper)
    other.write_bytes(paper + b" ")
    second.locator("#file").set_input_files(kept)
    sees(second, "一致：与签发的文件一字不差")
    second.locator("#file").set_input_files(other)
    sees(second, "不一致：这不是签发的文件")
    assert accessibility_violations(second) == []
    links = until(lambda: links_of(city), "both were told", 20)
    third = visitors.phone()
    link = str(links[0][0])
    third.goto(city.web_url + link[link.index("/a/") :])
    sees(third, "协议已达成")
    is_annulled(city, visitors, (first, second, third))


def is_annulled(city: Product, visitors: Visitors, phones: tuple[Page, Page, Page]) -> None:
    """An officer sets it aside: both phones, the link, and whoever verifies it read so, and the parties read why."""
    page = visitors.desk()
    commander_signs_in(page, city)
    # Somebody shows him the document: its code leads him to the accident.
    page.goto(second_url := phones[1].url)
    page.get_by_role("link", name="打开这起事故").click()
    sees(page, "当事人与责任")
    assert "打开这起事故" not in phones[1].content()
    assert second_url.startswith(f"{city.web_url}/v/")
    page.get_by_label("撤销理由").fill("一方事后发现受伤")
    assert accessibility_violations(page) == []
    button(page, "撤销文书").click()
    sees(page, "已撤销")
    first, second, third = phones
    second.go_back()
    for phone in (first, second, third):
        sees(phone, "这份文书已由民警撤销")
        sees(phone, "一方事后发现受伤")
    # And they can go on: change it, sign again, or wait.
    sees(first, "核对并签字")
    with first.expect_navigation():
        first.get_by_role("link", name=re.compile("核验码")).click()
    sees(first, "已撤销")
    sees(first, "这份文书不再有效")
    assert "受伤" not in first.content(), "why is for the parties"
    assert accessibility_violations(first) == []
    told = database_says(city, "SELECT count(*) FROM notices WHERE template = 'annulled'")
    assert told == [(2,)]


def commander_signs_in(page: Page, city: Product) -> None:
    account = Sample.of(city).account("commander")
    page.goto(f"{city.web_url}/commander")
    page.get_by_label("用户名").fill(account["username"])
    page.get_by_label("密码").fill(account["password"])
    button(page, "登录").click()
    expect(page.get_by_role("heading", name="在岗警力")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.timeout(240)
def test_both_ask_for_an_officer_who_determines_it_and_one_has_it_reviewed(
    city: Product, visitors: Visitors, tmp_path: Path
) -> None:
    first, second = visitors.phone(), visitors.phone()
    both_there(first, second, city, tmp_path)
    enters(first, WU, "他突然变道")
    enters(second, LUO, "我在等红灯")
    sees(second, "核对并签字")
    # Another one than the one who has the accident of the first story in hand.
    account = [
        one for one in Sample.of(city).accounts if one["role"] == "police" and one["district"] == "511802"
    ][1]
    officer = OfficerOnDuty(city, visitors, account)
    officer.page.add_init_script(DIALLED)
    officer.signs_in_and_goes_on_duty()
    button(second, "请民警处理").click()
    sees(first, "已报警")
    # From the list of all it has become his: what he presses stands still.
    sees(officer.page, "派给您")
    officer.accepts()
    sees(second, "民警正在赶来")
    phone = officer.page
    phone.locator("article .what").first.click()
    sees(phone, "当事人与责任")
    sees(phone, "我在等红灯")
    sees(phone, "他突然变道")
    expect(phone.locator(".scene img")).to_have_count(3, timeout=PATIENCE_MS)
    until(
        lambda: phone.evaluate(
            "[...document.querySelectorAll('.scene img')].every(one => one.naturalWidth > 0)"
        ),
        "the photos are seen",
        20,
    )
    calls_party_a(phone, city)
    phone.get_by_role("radio", name="主要责任").click()
    phone.get_by_label("认定理由").fill("变道影响直行，看过照片和双方陈述")
    assert accessibility_violations(phone) == []
    button(phone, "作出认定").click()
    sees(first, "民警已认定")
    sees(second, "民警已认定")

    paper = downloads(first)
    assert downloads(second) == paper
    text = text_of(paper)
    made = database_says(city, "SELECT officer_number FROM accident_documents WHERE kind = 'determination'")
    number = str(made[0][0])
    for wanted in (*WU.values(), *LUO.values(), "道路交通事故认定书", "主要责任", "次要责任", "变道影响直行",
                   number, "三个工作日内书面申请复核"):  # fmt: skip
        assert wanted in text, wanted
    draws(first)
    button(first, "签收").click()
    sees(first, "甲方已签收")
    button(second, "拒绝签收").click()
    sees(second, "乙方拒绝签收")
    button(second, "申请复核").click()
    second.get_by_label("请求什么").fill("请求重新认定")
    second.get_by_label("理由").fill("对方没有打灯")
    second.reload()
    expect(second.get_by_label("理由")).to_have_value("对方没有打灯")
    second.get_by_label("主要证据").fill("行车记录仪录像")
    assert accessibility_violations(second) == []
    button(second, "提交申请").click()
    sees(second, "已申请复核")
    sees(first, "已申请复核")
    assert "没有打灯" not in first.content()

    desk = visitors.desk()
    commander_signs_in(desk, city)
    desk.locator(".reviews button").first.click()
    sees(desk, "对方没有打灯")
    button(desk, "已移送上一级").click()
    sees(second, "上一级正在复核")
    desk.get_by_label("复核民警警号", exact=True).fill("059001")
    desk.get_by_label("另一名复核民警警号").fill("059002")
    desk.get_by_role("textbox", name="复核结论").fill("事实清楚，责任划分公正，维持。")
    assert accessibility_violations(desk) == []
    button(desk, "登记结论").click()
    for one in (first, second):
        sees(one, "复核结论：维持原认定")
        sees(one, "事实清楚，责任划分公正，维持。")
    with second.expect_navigation():
        second.get_by_role("link", name=re.compile("核验码")).click()
    for wanted in ("有效", "主要责任", number, "甲方已签收", "乙方拒绝签收", "维持原认定"):
        sees(second, wanted)
    sees(second, hashlib.sha256(paper).hexdigest())


def calls_party_a(phone: Page, city: Product) -> None:
    """He says why, and the number is dialled: it stands nowhere on the page before or after."""
    assert "13812340001" not in phone.content()
    button(phone, "打给甲方").click()
    assert accessibility_violations(phone) == []
    button(phone, "核实经过").click()
    until(lambda: phone.evaluate("window.dialled") == ["tel:+8613812340001"], "it is dialled", 20)
    assert "13812340001" not in phone.content()
    looks = database_says(city, "SELECT reason, success FROM audit WHERE action = 'look.phone'")
    assert looks == [("核实经过", 1)]


@pytest.mark.timeout(120)
def test_one_phone_serves_both_parties(city: Product, visitors: Visitors, tmp_path: Path) -> None:
    page = visitors.phone()
    opens(page, city)
    button(page, "都没有，只是车碰了").click()
    button(page, "追尾").click()
    takes_photos(page, tmp_path)
    # The page is closed before it has heard that the other party has taken this phone.
    page.route(re.compile("/parties$"), lambda route: (route.fetch(), route.abort()))
    button(page, "对方用这部手机").click()
    sees(page, "谁的责任？")
    page.unroute(re.compile("/parties$"))
    page.reload()
    sees(page, "现在由乙方填写")
    button(page, "对方").click()
    enters(page, LUO)
    sees(page, "还缺：对方的信息")
    page.reload()
    sees(page, "现在由甲方填写")
    enters(page, WU)
    signs(page)
    button(page, "请把手机交给对方").click()
    sees(page, "现在由乙方填写")
    signs(page)
    sees(page, "协议已达成")
