"""A city with two hubs, writers and clients, in which a test says what happens next; and what must hold.

The hubs are whole (``hub.assembly``) over a real database and speak the protocol over real sockets. Only the
doorbell, the database's patience and the hubs' lives are in the test's hands.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.assembly import Hub
from hub.own_bell import OwnBell
from models.feed.append import Pending
from models.feed.bell import SilentBell
from models.feed.channels import publication
from models.feed.entries import Entry, from_bell, to_bell
from models.ids import RandomIds
from models.settings import Settings
from models.store import Store
from models.tables import CONTROL, epochs, events, heads, incidents, officers
from models.tasks import Tasks
from tests.hub.gapless.clients import Client
from tests.hub.gapless.faults import FaultyDatabase, settle
from tests.support.city import LI, MINGSHAN, YUCHENG, ZHANG, ask, found_city
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell
from tests.support.tampering import unguard
from tests.support.wire import Wire

DISTRICTS = (YUCHENG, MINGSHAN)
OFFICERS = (ZHANG.id, LI.id)
MOST_ROUNDS = 10  # in which a client that nobody disturbs must have become current


class HubHere:
    """One hub of the world, dead or alive, and the doorbells that are on their way to it."""

    def __init__(self, store: Store, number: int) -> None:
        self._store = store
        self._number = number
        self._lives = 0
        self.bells: list[bytes] = []
        database = FaultyDatabase.open(store.settings.database_url)
        assert isinstance(database, FaultyDatabase)
        database.prepare()
        self.database = database
        self.lines: list[Wire] = []
        self.unheeded = 0  # publications that the hub takes in and its channels are not told of
        self.hub: Hub | None = None
        self.serving = False
        self._tasks: Tasks | None = None
        self._comparing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to live: hears at once, and serves as soon as the database has told it where it stands."""
        self._lives += 1
        self._tasks = Tasks()
        store = replace(self._store, database=self.database)
        life = f"hub.{self._number}:{self._lives}"
        self.hub = hub = Hub(store, OwnBell(SilentBell()), life, self._tasks)
        hub.arrivals.every = 1
        publish = hub.channels.publish
        self.unheeded = 0

        def heed(name: str, data: bytes, offset: int | None = None) -> None:
            if self.unheeded:
                self.unheeded -= 1
            else:
                publish(name, data, offset)

        hub.channels.publish = heed  # type: ignore[method-assign]
        self._tasks.start(self._load(self.hub), "load")

    async def _load(self, hub: Hub) -> None:
        while not self.serving:
            try:
                await hub.follower.start()
                self.serving = True
            except Exception:
                await settle(self.database)

    async def take(self, line: Wire) -> bool:
        """A line arrives; whether somebody serves here."""
        if self.hub is None or not self.serving:
            return False
        self.lines.append(line)
        await line.open(self.hub.switchboard)
        return True

    async def stop(self) -> None:
        """Dies without a word; what it had not heard it never hears."""
        for line in self.lines:
            line.cut()
        self.lines.clear()
        await settle(self.database)
        if self._tasks is not None:
            await self._tasks.close()
        self.hub, self.serving, self._comparing = None, False, None
        self.bells.clear()
        self.database.held.clear()

    def hear(self, message: bytes) -> None:
        """The doorbell rings, while it is still loading too."""
        if self.hub is not None:
            self.hub.follower.hear(from_bell(message))

    def compare(self) -> None:
        """Begins to compare heads, unless it is at it."""
        if self.hub is None or not self.serving or self._tasks is None:
            return
        if self._comparing is None or self._comparing.done():
            self._comparing = self._tasks.start(_tolerantly(self.hub), "compare")

    async def close(self) -> None:
        await self.stop()
        await self.database.close()


async def _tolerantly(hub: Hub) -> None:
    with suppress(Exception):  # as the follower's own loop does
        await hub.follower.compare()


async def found(settings: Settings) -> None:
    """A city where two people have asked for something already."""
    store = Store.open(settings, bell=SilentBell(), clock=FakeClock(), ids=RandomIds())
    await found_city(store)
    for car in ("one", "two"):
        await ask(store, car)
    await store.close()


class World:
    """``log`` is what really happened: the serial numbers of each channel's publications, by epoch."""

    def __init__(self, settings: Settings) -> None:
        self.bell = RecordingBell()
        self.store = Store.open(settings, bell=self.bell, clock=FakeClock(), ids=RandomIds())
        self.hubs = [HubHere(self.store, number) for number in (1, 2)]
        self.clients: list[Client] = []
        self.epoch = ""
        self.log: dict[tuple[str, str], list[int]] = {}
        self.incidents: tuple[tuple[str, str], ...] = ()  # (id, district)
        self._serial = 0
        self._commits: list[dict[str, int]] = []  # where the districts stood after each transaction

    async def begin(self) -> None:
        """One hub is up; of three clients one follows every channel that there is, the others come later."""
        async with self.store.database.read() as connection:
            rows = await connection.execute(select(incidents.c.id, incidents.c.district))
            self.incidents = tuple((row.id, row.district) for row in rows)
        await self._read_log()
        self._remember()
        channels = [channel for epoch, channel in self.log if epoch == self.epoch]
        self.clients = [Client(self, number, channels) for number in range(3)]
        await self.hubs[0].start()
        await self.settle()
        await self.clients[0].come_back(self.hubs[0])
        await self.settle()

    async def settle(self) -> None:
        await settle(*(here.database for here in self.hubs))
        for client in self.clients:
            client.hear()

    # --- what writers do

    async def write(self, district: str, incident: int | None, officer: str | None, count: int) -> None:
        """One transaction with some events; the doorbell is on its way to each hub that lives."""
        incident_id, district = (None, district) if incident is None else self.incidents[incident]
        async with self.store.change() as change:
            for _ in range(count):
                self._serial += 1
                offset = await _next_of_incident(change.connection, incident_id)
                view = {"id": incident_id or "none", "version": self._serial}
                text = publication("answered", view, "now")
                change.pending.append(
                    Pending(district, "answered", change.at, text, "system", incident_id, offset, officer)
                )
        self._record(self.bell.entries)

    def _record(self, entries: list[Entry]) -> None:
        for entry in entries:
            serial = int(entry.data.split('"version":')[1].split("}")[0])
            for channel in _channels_of(entry):
                self.log[self.epoch, channel].append(serial)
        self._remember()
        message = to_bell(entries)
        for here in self.hubs:
            if here.hub is not None:
                here.bells.append(message)
        self.bell.entries = []

    def _remember(self) -> None:
        self._commits.append(
            {district: len(self.log[self.epoch, f"district:{district}"]) for district in DISTRICTS}
        )

    async def restore(self, lost: int) -> None:
        """A backup is restored that lacks the newest ``lost`` transactions; a new epoch begins."""
        del self._commits[max(1, len(self._commits) - lost) :]
        async with self.store.database.write() as connection:
            await unguard(connection, "events")
            for district, head in self._commits[-1].items():
                later = (events.c.district == district, events.c.offset > head)
                await connection.execute(delete(events).where(*later))
                await connection.execute(update(heads).where(heads.c.district == district).values(head=head))
            await _set_back(connection)
            number = (await connection.execute(select(func.max(epochs.c.number)))).scalar_one() + 1
            values = {"number": number, "epoch": f"epoch-{number}", "began_at": self.store.clock.now()}
            await connection.execute(insert(epochs).values(values))
        await self._read_log()

    async def _read_log(self) -> None:
        """What the log holds after its beginning or a restore."""
        async with self.store.database.read() as connection:
            newest = select(epochs.c.epoch).order_by(epochs.c.number.desc()).limit(1)
            self.epoch = (await connection.execute(newest)).scalar_one()
            for channel in self._channel_names():
                self.log[self.epoch, channel] = []
            query = select(events).where(events.c.district != CONTROL).order_by(events.c.offset)
            for row in (await connection.execute(query)).mappings():
                serial = int(row["data"].split('"version":')[1].split("}")[0].split(",")[0])
                names = [f"district:{row['district']}"]
                names += [f"incident:{row['incident_id']}"] if row["incident_id"] else []
                names += [f"officer:{row['officer_id']}"] if row["officer_id"] else []
                for name in names:
                    self.log[self.epoch, name].append(serial)

    def _channel_names(self) -> list[str]:
        return [
            *(f"district:{district}" for district in DISTRICTS),
            *(f"incident:{incident}" for incident, _ in self.incidents),
            *(f"officer:{officer}" for officer in OFFICERS),
        ]

    # --- the end

    async def heal(self) -> None:
        """Faults end, all doorbells that were under way are lost, and everybody has time to come back."""
        for here in self.hubs:
            here.bells.clear()
            here.unheeded = 0
            here.database.away = here.database.slow = False
            while here.database.held:
                here.database.release(0)
            if here.hub is None:
                await here.start()
        for _ in range(MOST_ROUNDS):
            await self.settle()
            for here in self.hubs:
                here.compare()
            await self.settle()
            for client in self.clients:
                await client.come_back(self.hubs[client.number % 2])
            await self.settle()

    async def close(self) -> None:
        for client in self.clients:
            client.cut()
        for here in self.hubs:
            await here.close()
        await self.store.close()


def _channels_of(entry: Entry) -> list[str]:
    names = [f"district:{entry.district}"]
    if entry.incident is not None:
        names.append(f"incident:{entry.incident}")
    if entry.officer is not None:
        names.append(f"officer:{entry.officer}")
    return names


async def _next_of_incident(connection: AsyncConnection, incident_id: str | None) -> int | None:
    if incident_id is None:
        return None
    statement = (
        update(incidents)
        .where(incidents.c.id == incident_id)
        .values(feed_offset=incidents.c.feed_offset + 1)
        .returning(incidents.c.feed_offset)
    )
    return int((await connection.execute(statement)).scalar_one())


async def _set_back(connection: AsyncConnection) -> None:
    """Incidents and officers stand where the events that are left put them."""
    for table, column, position in (
        (incidents, events.c.incident_id, events.c.incident_offset),
        (officers, events.c.officer_id, events.c.officer_offset),
    ):
        last = select(func.coalesce(func.max(position), 0)).where(column == table.c.id).scalar_subquery()
        await connection.execute(update(table).values(feed_offset=last))
