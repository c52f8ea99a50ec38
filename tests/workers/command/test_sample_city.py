"""The sample city: what it holds, written by hand; that it comes once; that production refuses it."""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from models import tables
from models.actions.examining import SEALED
from models.clock import SystemClock
from models.database import Database
from models.media import Folder
from models.passwords import verify_password
from models.plates import parse
from models.privacy import Vault
from models.secrets_file import with_secrets
from models.settings import Settings
from workers.command.accounts import Account, add
from workers.command.epochs import begin_epoch
from workers.command.refusals import Refused
from workers.command.sample_city.demo_file import password_for
from workers.command.sample_city.establish import SampleRefused, establish, establish_where_welcome
from workers.command.sample_city.vehicles import VEHICLES


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    return with_secrets(
        Settings.from_env({**os.environ, "WUFEN_HOME": str(home), "WUFEN_DATABASE_URL": database_url})
    )


@pytest.fixture
async def database(settings: Settings) -> Any:
    opened = Database.open(settings.database_url)
    yield opened
    await opened.close()


def demo(settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((settings.home / "demo.json").read_text("utf-8"))
    return found


async def rows(database: Database, query: Any) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(query)).all())


async def everything(database: Database) -> dict[str, list[Any]]:
    return {name: await rows(database, select(table)) for name, table in tables.metadata.tables.items()}


async def test_the_file_names_the_accounts_of_the_contract(settings: Settings, database: Database) -> None:
    assert await establish(settings, database)
    accounts = [(a["username"], a["role"], a["district"]) for a in demo(settings)["accounts"]]
    assert accounts == [
        ("police1", "police", "511802"),
        ("police2", "police", "511802"),
        ("aux1", "auxiliary", "511802"),
        ("commander", "commander", "511802"),
        ("admin", "administrator", "511802"),
        ("police3", "police", "511803"),
        ("aux2", "auxiliary", "511803"),
        ("admin2", "administrator", "511802"),
        ("auditor", "auditor", "511802"),
    ]


async def test_the_file_names_twenty_stickers_with_whole_canonical_plates(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    stickers = demo(settings)["stickers"]
    assert len(stickers) == len({s["code"] for s in stickers}) == len({s["plate"] for s in stickers}) == 20
    assert {s["district"] for s in stickers} == {"511802"}
    assert stickers[0]["plate"] == "川TA2345"
    assert stickers[0]["owner_phone_masked"] == "154****0001"
    assert sum(len(s["plate"]) == 8 for s in stickers) >= 5
    assert all(set(s) == {"code", "plate", "district", "owner_phone_masked"} for s in stickers)


async def test_fresh_stickers_to_bind_are_apart(settings: Settings, database: Database) -> None:
    await establish(settings, database)
    fresh = {s["code"] for s in demo(settings)["fresh_stickers"]}
    assert len(fresh) == 4
    query = select(tables.stickers.c.code).where(tables.stickers.c.status == "fresh")
    assert {row.code for row in await rows(database, query)} == fresh


def test_every_plate_is_canonical_and_of_its_class() -> None:
    for owned in VEHICLES:
        plate = parse(owned.plate, owned.plate_class)
        assert (plate.number, plate.plate_class) == (owned.plate, owned.plate_class)
    assert len({owned.plate_class for owned in VEHICLES}) >= 10


async def test_the_districts_are_the_eight_and_the_development_zone(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    found = await rows(database, select(tables.districts.c.code, tables.districts.c.parent_code))
    assert {row.code: row.parent_code for row in found} == {
        "511802": None,
        "511803": None,
        "511822": None,
        "511823": None,
        "511824": None,
        "511825": None,
        "511826": None,
        "511827": None,
        "5118JK": "511803",
    }
    heads = await rows(database, select(tables.heads.c.district, tables.heads.c.head))
    assert {row.district: row.head for row in heads} == {row.code: 0 for row in found} | {"control": 0}


async def test_the_commander_holds_the_whole_city_and_the_officer_his_district(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    query = select(tables.officers.c.username, tables.officer_districts.c.district).join(
        tables.officer_districts, tables.officer_districts.c.officer_id == tables.officers.c.id
    )
    districts: dict[str, set[str]] = {}
    for row in await rows(database, query):
        districts.setdefault(row.username, set()).add(row.district)
    assert len(districts["commander"]) == 9
    assert districts["police1"] == {"511802"}
    assert districts["police3"] == districts["aux2"] == {"511803"}


async def remove(database: Database, username: str) -> None:
    """As an older release's sample city is: without this account."""
    officer = select(tables.officers.c.id).where(tables.officers.c.username == username).scalar_subquery()
    async with database.write() as connection:
        places = tables.officer_districts
        await connection.execute(delete(places).where(places.c.officer_id == officer))
        await connection.execute(delete(tables.officers).where(tables.officers.c.username == username))


async def test_an_older_sample_city_gets_the_second_administrator_at_the_next_start(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    before = demo(settings)
    await remove(database, "admin2")
    await establish_where_welcome(settings, database)
    assert demo(settings) == before
    query = select(tables.officers).where(tables.officers.c.username == "admin2")
    (added,) = await rows(database, query)
    assert (added.role, added.sample, added.active) == ("administrator", True, True)
    assert verify_password(added.password_hash, before["accounts"][0]["password"])
    places = select(tables.officer_districts).where(tables.officer_districts.c.officer_id == added.id)
    assert len(await rows(database, places)) == 9
    everybody = await everything(database)
    await establish_where_welcome(settings, database)
    assert await everything(database) == everybody


async def test_whoever_has_the_second_administrators_name_keeps_it(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    await remove(database, "admin2")
    async with database.write() as connection:
        own = {"id": "x" * 26, "username": "admin2", "password_hash": "-", "role": "commander", "unit": "-"}
        at = {"service_number": "059999", "created_at": datetime(2026, 11, 2, tzinfo=UTC)}
        await connection.execute(insert(tables.officers).values(**own, **at))
    await establish_where_welcome(settings, database)
    found = await rows(database, select(tables.officers).where(tables.officers.c.username == "admin2"))
    assert [(row.id, row.role) for row in found] == [("x" * 26, "commander")]


async def test_the_password_opens_every_account(settings: Settings, database: Database) -> None:
    await establish(settings, database)
    accounts = {a["username"]: a["password"] for a in demo(settings)["accounts"]}
    for row in await rows(database, select(tables.officers)):
        assert row.sample
        assert verify_password(row.password_hash, accounts[row.username])


async def test_phones_and_names_are_sealed_and_open_with_the_vault(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    vault = Vault(settings.field_keys, settings.index_keys)
    contacts = await rows(database, select(tables.contacts))
    phones = {vault.open("contacts.phone_sealed", row.id, row.phone_sealed) for row in contacts}
    assert "+8615400000001" in phones
    assert all(phone.startswith("+86154") for phone in phones)
    assert sum(row.position == 2 for row in contacts) == 4
    owners = await rows(database, select(tables.owners))
    assert "李青" in {vault.open("owners.name_sealed", row.id, row.name_sealed) for row in owners}


async def test_a_second_time_changes_nothing(settings: Settings, database: Database) -> None:
    assert await establish(settings, database)
    before, written = await everything(database), (settings.home / "demo.json").stat()
    assert not await establish(settings, database)
    assert await everything(database) == before
    assert (settings.home / "demo.json").stat().st_mtime_ns == written.st_mtime_ns


async def test_a_lost_file_is_written_again_and_is_true(settings: Settings, database: Database) -> None:
    await establish(settings, database)
    before = demo(settings)
    (settings.home / "demo.json").unlink()
    await establish(settings, database)
    assert demo(settings) == before


async def test_a_password_that_no_longer_fits_is_replaced(settings: Settings, database: Database) -> None:
    await establish(settings, database)
    text = (settings.home / "demo.json").read_text("utf-8")
    (settings.home / "demo.json").write_text(
        text.replace(password_for(settings.secret_key), "of another home")
    )
    await establish(settings, database)
    password = demo(settings)["accounts"][0]["password"]
    assert password == password_for(settings.secret_key)
    for row in await rows(database, select(tables.officers.c.password_hash)):
        assert verify_password(row.password_hash, password)


async def test_the_file_is_for_its_owner_only(settings: Settings, database: Database) -> None:
    await establish(settings, database)
    assert (settings.home / "demo.json").stat().st_mode & 0o777 == 0o600


def in_production(settings: Settings) -> Settings:
    environ = {"WUFEN_HOME": str(settings.home), "WUFEN_DATABASE_URL": settings.database_url}
    return with_secrets(Settings.from_env({**environ, "WUFEN_PRODUCTION": "1"}))


async def test_production_refuses_to_start_with_it_and_to_load_it(
    settings: Settings, database: Database
) -> None:
    production = in_production(settings)
    await establish_where_welcome(production, database)
    assert await rows(database, select(tables.officers)) == []
    with pytest.raises(SampleRefused):
        await establish(production, database)
    await establish(settings, database)
    with pytest.raises(SampleRefused, match="police1"):
        await establish_where_welcome(production, database)


BOSS = Account("lin", "administrator", "060001", "支队", ("511802",), "林一")


async def test_a_start_leaves_a_database_with_accounts_of_its_own_alone(
    settings: Settings, database: Database
) -> None:
    async with database.write() as connection:
        await connection.execute(
            tables.cities.insert().values(code="511800", name="雅安市", name_en="Ya'an", platform="车上码")
        )
        await connection.execute(
            tables.districts.insert().values(
                code="511802", city_code="511800", name="雨城区", name_en="Yucheng"
            )
        )
    await add(settings, database, BOSS, None)
    await establish_where_welcome(settings, database)
    assert [row.username for row in await rows(database, select(tables.officers))] == ["lin"]
    assert not (settings.home / "demo.json").exists()


async def test_an_added_account_signs_in_with_the_password_that_was_told(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    password = await add(settings, database, BOSS, None)
    (row,) = await rows(database, select(tables.officers).where(tables.officers.c.username == "lin"))
    assert verify_password(row.password_hash, password)
    assert (row.role, row.sample, row.active) == ("administrator", False, True)
    city, record = await rows(database, select(tables.audit).order_by(tables.audit.c.at))
    assert (city.action, city.subject) == ("import_city", "city:511800")
    assert (record.action, record.subject, record.actor) == ("add_officer", f"officer:{row.id}", "operator")


@pytest.mark.parametrize(
    ("account", "password", "sentence"),
    [
        (Account("police1", "police", "1", "u", ("511802",), None), None, "user ?name police1 already"),
        (Account("new", "police", "051827", "u", ("511802",), None), None, "service number 051827 already"),
        (Account("new", "police", "1", "u", ("511802", "999999"), None), None, "no district 999999"),
        (Account("new", "police", "1", "u", ("511802",), None), "short", "password is too short"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_and_nothing_is_written(
    settings: Settings, database: Database, account: Account, password: str | None, sentence: str
) -> None:
    await establish(settings, database)
    before = await everything(database)
    with pytest.raises(Refused, match=sentence):
        await add(settings, database, account, password)
    assert await everything(database) == before


async def test_a_new_epoch_is_the_newest_one(database: Database) -> None:
    begun = [await begin_epoch(database, {"k1": b"k" * 32}) for _ in range(2)]
    query = select(tables.epochs.c.epoch).order_by(tables.epochs.c.number)
    assert [row.epoch for row in await rows(database, query)][1:] == begun
    assert len(set(begun)) == 2


async def test_reports_of_several_kinds_and_ages_wait_at_the_desk(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    found = await rows(database, select(tables.reports).order_by(tables.reports.c.due_by))
    assert {(row.offence, row.state) for row in found} == {
        ("emergency_lane", "waiting"),
        ("bus_stop", "waiting"),
        ("fire_lane", "waiting"),
        ("line", "waiting"),
        ("red_light", "second"),
        ("sign", "objected"),
        ("solid_line", "verified"),
    }
    assert {row.district for row in found} == {"511802"}
    now = SystemClock().now()
    assert [row.offence for row in found if row.due_by <= now and row.state != "verified"] == [
        "emergency_lane"
    ]
    assert len({row.due_by for row in found}) >= 4
    # None is told in the feed: the officers' phones begin empty.
    assert await rows(database, select(tables.events)) == []


async def test_the_photos_of_sample_reports_are_there_plain_covered_and_sealed(
    settings: Settings, database: Database
) -> None:
    await establish(settings, database)
    media, vault = Folder(settings.home), Vault(settings.field_keys, settings.index_keys)
    query = select(tables.uploads, tables.pictures.c.file, tables.pictures.c.covered).join(
        tables.pictures, tables.pictures.c.upload_id == tables.uploads.c.id
    )
    found = await rows(database, query)
    assert len(found) == 14
    for row in found:
        plain, others = media.read(row.file), media.read(row.covered)
        assert plain != others
        original = vault.open_bytes(SEALED, row.id, media.read(row.original))
        assert hashlib.sha256(original).digest() == bytes(row.sha256)
    regions = await rows(database, select(tables.regions.c.kind))
    assert {row.kind for row in regions} == {"plate", "face"}
