"""Puts one hub together: which part tells which other part what. Opens nothing, runs nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec import Raw

from hub.admission import Admission, limits_of
from hub.answers import Answers
from hub.arrivals import Arrivals
from hub.attendance import Attendance
from hub.boards import Boards
from hub.channels import Channels
from hub.codes import Fault
from hub.connection import EXPIRY_GRACE_SECONDS
from hub.control import Control
from hub.deadlines import Deadlines
from hub.door import Door, most_strangers
from hub.follower import Follower, Snapshot
from hub.gathered import Acknowledgements, Phones, Positions
from hub.handshake import allowed_origins
from hub.histories import Histories
from hub.measures import Measures
from hub.open_channels import OpenChannels
from hub.own_bell import OwnBell
from hub.pages import Pages
from hub.presence import Presence
from hub.protocol import ClientInfo
from hub.replays import Replays
from hub.rights import Kept, Revocations
from hub.rpc import Calls
from hub.sources import Source, Sources
from hub.standing import MOST_COMMANDS, Terms
from hub.streams import Streams
from hub.switchboard import Switchboard
from hub.tickets import verifiers
from hub.transport import Socket
from models.actions import offers
from models.actions.deadlines import fire
from models.addresses import Proxies
from models.clock import DatabaseClock
from models.feed.channels import incident_data, officer_data
from models.feed.entries import Entry
from models.queries.board import figures
from models.queries.vehicle_shares import VehicleShares
from models.settings import Settings
from models.store import Store
from models.tables import CONTROL
from models.tasks import Tasks
from models.tokens import LONGEST_LIFE

VERSION = "wufen 0.1.0"


class Hub:
    """The parts of one hub, wired. ``name`` tells it from all other hubs; ``bell`` is the store's."""

    def __init__(self, store: Store, bell: OwnBell, name: str, tasks: Tasks) -> None:
        settings = store.settings
        self.store = store
        self.tasks = tasks
        self.broken = asyncio.Event()  # a part that must not end has ended
        self.measures = Measures()
        self.revocations = Revocations()
        self.token_life = timedelta(seconds=LONGEST_LIFE + EXPIRY_GRACE_SECONDS)
        self.follower = Follower(
            store.database,
            store.clock,
            control_since=self.token_life,
            begin=self._begin,
            accept=self._accept,
            check=lambda connection: self.arrivals.check(connection),
            measures=self.measures,
        )
        self.measures.behind.set_function(lambda: self.follower.lag().entries)
        self.measures.compared.set_function(lambda: self.follower.lag().seconds)
        bell.hear = self.follower.hear
        self._make_channels(settings)
        self.arrivals = Arrivals(self.channels)
        self.presence = Presence(name, asyncio.get_running_loop().time)
        self.attendance = Attendance(name, self._here, self.presence.live, bell.tell, tasks)
        self.deadlines = Deadlines(
            store.clock,
            lambda ids: fire(store, ids),
            self.presence.rank,
            self.measures,
            steady=asyncio.get_running_loop().time,
            correct=self._correct_clock,
        )
        self.calls = Calls(lambda officer, told: offers.acknowledge(store, officer, told), self._answer_call)
        self.pages = Pages(
            settings.run_dir,
            settings.process_name or "hub.0",
            self.measures,
            tasks,
            lag=self.follower.lag,
            now=store.clock.now,
            distance=self._distance,
        )
        self.switchboard = self._make_switchboard()
        self.control = Control(
            self.revocations,
            end_shift=self.switchboard.end_shift,
            cut=self.switchboard.cut,
            duty_changed=self.boards.mark,
        )

    def _make_channels(self, settings: Settings) -> None:
        sources: dict[Kept, Source] = {}
        self.channels = Channels(Sources(sources), self.tasks, self.measures, settings)
        self.streams = Streams(
            self.channels.has,
            seconds=asyncio.get_running_loop().time,
            new_id=self.store.ids.new,
        )
        shares = VehicleShares(self.store)
        self.boards = Boards(
            self.channels,
            lambda district: figures(self.store, district, shares),
            self.tasks,
            self.store.ids.new(),
        )
        sources[Kept.IN_THE_LOG] = Replays(self.store.database, self.follower, settings, self.tasks)
        sources[Kept.IN_MEMORY] = self.streams
        sources[Kept.LATEST] = self.boards
        self.positions = Positions(self.channels)
        self.acknowledgements = Acknowledgements(self.channels)
        self.phones = Phones(self.channels)

    def _here(self, channel: str) -> list[ClientInfo]:
        return [subscriber.info(channel) for subscriber in self.channels.members(channel)]

    def _make_answers(self, open_channels: OpenChannels) -> Answers:
        return Answers(
            open_channels,
            Histories(self.store.database),
            self.attendance,
            self.tasks,
            lambda *answer: self.switchboard.answer(*answer),
        )

    def _make_switchboard(self) -> Switchboard:
        settings = self.store.settings
        open_channels = OpenChannels(self.streams, self.channels)
        terms = Terms(
            *verifiers(settings.hub_token_secret, endless=settings.hub_test_mode),
            self.revocations,
            version=VERSION,
            ping_seconds=settings.hub_ping_seconds,
            # Simulated phones do not exist where real people are told.
            refused_namespaces=frozenset({"phones"}) if settings.production else frozenset(),
            most_commands=MOST_COMMANDS if settings.limits else None,
            crowded=self._is_crowded if settings.limits else lambda _subject: False,
            test_mode=settings.hub_test_mode,
        )
        return Switchboard(
            settings,
            terms,
            self.channels,
            clock=self.store.clock,
            ids=self.store.ids,
            origins=allowed_origins(settings),
            measures=self.measures,
            door=Door(
                Admission(limits_of(settings), Proxies(settings.trusted_proxies)),
                self.measures,
                most_strangers(settings),
                asyncio.get_running_loop().time,
            ),
            pages=self.pages.answer,
            calls=self.calls.take,
            questions=self._make_answers(open_channels).take,
            open_channels=open_channels,
        )

    def _is_crowded(self, subject: str) -> bool:
        if self.switchboard.subjects.count(subject) < self.store.settings.hub_subject_connections:
            return False
        self.measures.refusals.labels("subject").inc()
        return True

    def _answer_call(self, socket: Socket, command_id: int, answer: bytes | Fault) -> None:
        said = answer if isinstance(answer, Fault) else {"data": Raw(answer)}
        self.switchboard.answer(socket, command_id, "rpc", said)

    def _distance(self) -> timedelta:
        clock = self.store.clock
        return clock.distance() if isinstance(clock, DatabaseClock) else timedelta(0)

    async def _correct_clock(self) -> None:
        if isinstance(self.store.clock, DatabaseClock):
            await self.store.clock.measure()

    def _begin(self, snapshot: Snapshot) -> None:
        """At the start, and when the log turned out to be another one."""
        for entry in snapshot.control:
            self.control.obey(entry.data)
        self.deadlines.load(snapshot.deadlines)
        self.channels.forget_positions()
        self.boards.mark_all()

    def _accept(self, entry: Entry) -> None:
        """One entry of the log, in its turn."""
        self.deadlines.change(entry.deadlines)
        if entry.district == CONTROL:
            self.control.obey(entry.data)
            # What one officer is told beside the feeds stands there, too.
            self._publish_derived(entry)
            return
        self.channels.publish(f"district:{entry.district}", entry.data.encode(), entry.offset)
        self._publish_derived(entry)
        self.boards.mark(entry.district)

    def _publish_derived(self, entry: Entry) -> None:
        """The incident's and the officer's channels, worked out only when somebody here listens."""
        if entry.incident is not None and self.channels.has(f"incident:{entry.incident}"):
            data = incident_data(entry.data).encode()
            self.channels.publish(f"incident:{entry.incident}", data, entry.incident_offset)
        if entry.officer is not None and self.channels.has(f"officer:{entry.officer}"):
            data = officer_data(entry.data, entry.offer).encode()
            self.channels.publish(f"officer:{entry.officer}", data, entry.officer_offset)

    def forget_old_revocations(self) -> None:
        """Drops what no living token can be older than."""
        self.revocations.forget_before((self.store.clock.now() - self.token_life).timestamp())
