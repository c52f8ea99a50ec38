"""The auxiliary officer's day, through a door of his own, with every door tried that is not his (规范 5).

What each route refuses to each role is `tests/web/test_access_grid`'s; here it is one phone, with the session that its
officer has, from his pages and past them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import HOME_DISTRICT, Case, ask, on_duty, sign_in
from tests.browser.kerbside import files, opens_the_camera, states
from tests.browser.people import PATIENCE_MS, OfficerOnDuty, Sample, button, database_says, masked, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until

OTHER_DISTRICT = "511803"
# Of this page's own session, as a script on it would call: status and text of each answer.
CALLS = """async (calls) => Promise.all(calls.map(async ([method, path, body]) => {
  const answer = await fetch(path, {
    method, headers: {"X-Wufen": "1", "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID()},
    ...(body === null ? {} : {body: JSON.stringify(body)}),
  });
  return [method + " " + path, answer.status];
}))"""
# What a hub says to subscriptions, with the token that this session gets: 0 where it lets in, else the error's code.
SUBSCRIBES = """async (channels) => {
  const given = await (await fetch("/api/v1/connection-token", {headers: {"X-Wufen": "1"}})).json();
  const socket = new WebSocket(given.url);
  const answers = new Map();
  let heard = () => undefined;
  socket.onmessage = ({data}) => {
    for (const line of data.split("\\n").filter(Boolean)) {
      const said = JSON.parse(line);
      if (said.id) answers.set(said.id, said.error ? said.error.code : 0);
    }
    heard();
  };
  await new Promise((done) => (socket.onopen = done));
  const say = async (id, command) => {
    socket.send(JSON.stringify({id, ...command}));
    while (!answers.has(id)) await new Promise((done) => (heard = done));
    return answers.get(id);
  };
  await say(1, {connect: {token: given.token}});
  const found = {};
  for (const [at, channel] of channels.entries()) found[channel] = await say(at + 2, {subscribe: {channel}});
  socket.close();
  return found;
}"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("auxiliary") / "home", limits="off") as product:
        yield product


def id_of(city: Product, username: str) -> str:
    return str(database_says(city, "SELECT id FROM officers WHERE username = ?", username)[0][0])


def tries_the_other_door(page: Page, city: Product, path: str, username: str) -> None:
    """Name and password are right, and the door is not his."""
    account = Sample.of(city).named(username)
    page.goto(city.web_url + path)
    page.get_by_label("用户名").fill(account["username"])
    page.get_by_label("密码").fill(account["password"])
    button(page, "登录").click()
    expect(page.get_by_role("alert")).to_have_text("这个账号请从另一个入口登录。")


def forbidden_calls(city: Product, case: Case, record: str) -> list[list[Any]]:
    """What has legal effect, what is about people, what is a commander's, an administrator's or an auditor's."""
    incident, officers = f"/api/v1/incidents/{case.id}", "/api/v1/admin/officers"
    district = f"/api/v1/districts/{HOME_DISTRICT}"
    [(decision,)] = database_says(
        city, "SELECT id FROM rule_decisions WHERE incident_id = ? ORDER BY at LIMIT 1", case.id
    )
    return [
        [
            "POST",
            "/api/v1/vehicles/search",
            {"plate": Sample.of(city).stickers[0]["plate"], "reason": "想看看"},
        ],
        ["POST", f"{incident}/looks", {"what": "plate", "reason": "想看看"}],
        ["POST", f"{incident}/looks", {"what": "phone", "reason": "想看看"}],
        ["POST", f"{incident}/looks", {"what": "history", "reason": "想看看"}],
        ["POST", f"{incident}/resolve", {"outcome": "rejected"}],
        ["POST", f"{incident}/resolve", {"outcome": "duplicate"}],
        ["POST", f"{incident}/assign", {"officer": "051827", "reason": "nearest"}],
        ["POST", f"{incident}/transfer", {"district": OTHER_DISTRICT, "reason": "border"}],
        ["POST", f"{incident}/reopen", {"reason": "not_over"}],
        ["POST", f"{incident}/decisions/{decision}/override", {"result": {}, "reason": "熟人"}],
        ["GET", "/api/v1/refusals?reference=ABCDEF", None],
        ["GET", "/api/v1/parking-records/waiting", None],
        ["POST", f"/api/v1/parking-records/{record}/countersign", {"approve": True}],
        ["POST", f"/api/v1/parking-records/{record}/withdraw", {"reason": "不想要了"}],
        ["GET", f"/api/v1/parking-records/{record}/notice.pdf", None],
        ["POST", "/api/v1/parking-exports", {"district": HOME_DISTRICT, "since": SINCE, "until": UNTIL}],
        ["GET", f"{district}/desk", None],
        ["GET", f"{district}/rosters/2026-11-23", None],
        ["GET", f"/api/v1/districts/{OTHER_DISTRICT}/board", None],
        ["GET", f"/api/v1/districts/{OTHER_DISTRICT}/figures", None],
        ["PUT", "/api/v1/duty", {"on_duty": True, "district": OTHER_DISTRICT}],
        ["GET", "/api/v1/audit", None],
        ["GET", "/api/v1/audit.csv", None],
        ["GET", officers, None],
        ["POST", f"{officers}/{id_of(city, 'police1')}/end", {}],
        ["GET", "/api/v1/admin/registrations", None],
        ["GET", "/api/v1/admin/rules", None],
        ["GET", "/api/v1/admin/flags", None],
        ["GET", "/api/v1/admin/stickers", None],
    ]


SINCE, UNTIL = "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"


def finds_every_door_shut(page: Page, city: Product, case: Case, record: str) -> None:
    """The pages of others, their calls, and their feeds."""
    before = database_says(city, "SELECT count(*) FROM audit WHERE success = 0 AND role = 'auxiliary'")
    # What is his goes through in the same way, so that it is not the way that is shut.
    own = [["GET", "/api/v1/parking-records", None], ["PUT", "/api/v1/duty/status", {"status": "available"}]]
    assert [status for _, status in page.evaluate(CALLS, own)] == [200, 200]
    answers = page.evaluate(CALLS, forbidden_calls(city, case, record))
    assert [[call, status] for call, status in answers if status != 403] == []
    tried = database_says(city, "SELECT count(*) FROM audit WHERE success = 0 AND role = 'auxiliary'")
    assert tried[0][0] > before[0][0]
    opened = page.evaluate(
        SUBSCRIBES,
        [
            f"district:{HOME_DISTRICT}",
            f"district:{OTHER_DISTRICT}",
            f"board:{HOME_DISTRICT}",
            f"officer:{id_of(city, 'police1')}",
            f"officer:{id_of(city, 'aux2')}",
        ],
    )
    assert [channel for channel, code in opened.items() if code == 0] == [f"district:{HOME_DISTRICT}"]
    for path, said in (
        ("/admin", "这个账号没有管理权限。"),
        ("/audit", "这里只供审计员使用。"),
        ("/roster", "这个账号不排班。"),
        ("/commander", "这个账号不是指挥员。"),
    ):
        page.goto(city.web_url + path)
        sees(page, said)
        expect(page.get_by_role("table")).to_have_count(0)
    # The police's page is none for his session: it shows him to his own.
    page.goto(f"{city.web_url}/officer")
    page.wait_for_url(f"{city.web_url}/auxiliary")


@pytest.mark.timeout(180)
def test_the_day_of_an_auxiliary_officer_and_every_door_that_is_not_his(
    city: Product, visitors: Visitors
) -> None:
    sample = Sample.of(city)
    helper = OfficerOnDuty(city, visitors, sample.named("aux1"))
    page = helper.page
    tries_the_other_door(page, city, "/officer", "aux1")
    tries_the_other_door(page, city, "/auxiliary", "police1")
    helper.signs_in_and_goes_on_duty("/auxiliary")

    # He is asked, goes there, and reads what the street shows: a masked plate, and no words of citizens.
    case = ask(city, 0, message="我是王小明，急用车")
    case.does("hand_over")
    helper.accepts()
    page.locator(".card .what").first.click()
    button(page, "我已到场").click()
    sees(page, "已记录到场")
    expect(page.locator(".plate").first).to_have_attribute(
        "aria-label", re.compile(re.escape(masked(sample.stickers[0]["plate"])))
    )
    for hidden in (page.get_by_text("王小明"), button(page, "显示车牌"), page.get_by_text("为什么这样处理")):
        expect(hidden).to_have_count(0)
    assert accessibility_violations(page) == []
    button(page, "处置完成").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("radio")).to_have_count(2)
    button(sheet, "处置完成").click()
    sees(page, "处置完成")

    # No search, only what stands in the street; a draft without effect, and no say on any.
    button(page, "查车辆").click()
    expect(page.get_by_role("heading", name="登记非机动车")).to_be_visible()
    expect(page.get_by_role("radio", name="号牌", exact=True)).to_have_count(0)
    button(page, "返回").click()
    opens_the_camera(page)
    expect(button(page, "待复核")).to_have_count(0)
    button(page, "拍照取证").click()
    plate = sample.stickers[1]["plate"]
    files(page, plate)
    until(lambda: states(city) == ["waits"], "the draft is handed in")
    [(record,)] = database_says(city, "SELECT id FROM parking_records")
    told = "SELECT count(*) FROM notices WHERE incident_id != ?"
    assert database_says(city, told, case.id) == [(0,)]
    finds_every_door_shut(page, city, case, record)
    assert states(city) == ["waits"]

    with on_duty(city, "police1"):
        officer = visitors.phone()
        countersigns(officer, city, plate)
    until(lambda: database_says(city, told, case.id) == [(1,)], "the owner is told")
    opens_the_camera(page)
    button(page, "我的记录").click()
    sees(page, "已通知")
    sees(page, masked(plate))
    assert plate not in page.content()
    signed = "SELECT author_number, countersigned_number FROM parking_records"
    assert database_says(city, signed) == [("F51802", "051827")]


def countersigns(page: Page, city: Product, plate: str) -> None:
    """An officer looks at the photo and the whole plate, and gives his word. The auxiliary's door shows him to his."""
    sign_in(page, city, "police1")
    page.goto(f"{city.web_url}/auxiliary")
    page.wait_for_url(f"{city.web_url}/officer")
    button(page, "违停记录").click()
    button(page, "待复核").click()
    page.get_by_role("button", name=re.compile(re.escape(masked(plate)))).click()
    expect(page.get_by_role("button", name=re.compile(plate))).to_be_visible(timeout=PATIENCE_MS)
    button(page, "复核通过").click()
    until(lambda: states(city) == ["noticed"], "it is signed")
    sees(page, "没有等待复核的记录")
