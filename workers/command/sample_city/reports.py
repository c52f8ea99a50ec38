"""Reports of the sample city that wait for somebody at the review desk, of several kinds and ages, with drawn photos.

Nobody told of them, and nobody can follow them. What is drawn: ``scenes``.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates, tables
from models.actions import reporting
from models.actions.examining import SEALED
from models.actions.plate_index import indexed
from models.ids import Ids
from models.media import Media
from models.privacy import Vault
from models.reports.working_days import due, left
from models.uploads.areas import Found
from models.uploads.covering import covered
from models.uploads.likeness import likeness_of
from workers.command.sample_city.places import HOME_DISTRICT
from workers.command.sample_city.scenes import SIZE, Scene, photos

WORKING_DAYS = 5
THUMB = (320, 320)
ADDRESS = b"sample"


@dataclass(frozen=True, slots=True)
class Sample:
    """``left``: working days left of five; None: they are over. ``at``: latitude, longitude, accuracy in metres.

    ``past``: what was done with it, the oldest first: command, state, who, reason; the last one is its state.
    """

    scene: Scene
    plate_class: str
    place: str
    at: tuple[float, float, float]
    left: int | None
    words: str | None = None
    live: bool = True
    people: int = 1
    past: tuple[tuple[str, str, str, str | None], ...] = ()
    objection: str | None = None

    @property
    def state(self) -> str:
        return self.past[-1][1] if self.past else "waiting"


SAMPLES = (
    Sample(
        Scene("emergency_lane", "川TB71K6", 4, others=0), "ordinary", "雅康高速雅安西出口前，往成都方向",
        (29.9841, 102.9653, 18), None, live=False, past=(("overdue", "waiting", "system", None),),
    ),
    Sample(
        Scene("bus_stop", "川TD60218", 2, others=2, missed=True), "nev_small", "文化路公交站，由东向西",
        (29.9812, 103.0127, 9), 0, words="公交车进不了站，只能停在路中间上下客。",
    ),
    Sample(
        Scene("fire_lane", "川TK3817", 1, people=1), "ordinary", "青衣江路小区消防通道口", (29.9876, 103.0133, 7), 5,
        words="消防通道口，司机不在车上。", people=2,
    ),
    Sample(
        Scene("red_light", "川T5M209", 3), "ordinary", "朝阳街与挺进路路口", (29.9838, 103.0089, 12), 3,
        past=(("verify", "second", "police2", None),),
    ),
    Sample(
        Scene("sign", "川TE8S30", 5, people=2), "ordinary", "大北街小学门口", (29.9859, 103.0046, 10), 4,
        past=(("reject", "rejected", "police2", "unclear_evidence"), ("object", "objected", "reporter", None)),
        objection="第二张照片里禁停标志很清楚，请再看看。",
    ),
    Sample(
        Scene("line", "川TA90N5", 6, light=0.55), "ordinary", "中大街黄线旁", (29.9822, 103.0101, 22), 2, live=False,
    ),
    Sample(
        Scene("solid_line", "川TC2W46", 7), "ordinary", "雅州大道由北向南", (29.9905, 103.0178, 14), 1,
        past=(("verify", "verified", "commander", None),),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Photo:
    """What lies in the media folder, and what is covered on the copy for others."""

    upload: str
    size: int
    sha256: bytes
    original: str
    file: str
    thumb: str
    covered: str
    covered_thumb: str
    likeness: int
    found: tuple[Found, ...] = field(default=())


Drawn = list[tuple[Sample, list[Photo]]]


def draw(media: Media, vault: Vault, ids: Ids) -> Drawn:
    """Draws all photos and keeps them: half a second, outside transactions. Blocking."""
    return [(sample, [_keep(media, vault, ids, *one) for one in photos(sample.scene)]) for sample in SAMPLES]


def _keep(media: Media, vault: Vault, ids: Ids, picture: Image.Image, found: Iterable[Found]) -> Photo:
    areas = tuple(found)
    content, upload = _jpeg(picture), ids.new()
    others = covered(picture, [(one.left, one.top, one.width, one.height) for one in areas])
    return Photo(
        upload=upload,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        original=media.keep(vault.seal_bytes(SEALED, upload, content), "sealed"),
        file=media.keep(content),
        thumb=media.keep(_jpeg(_small(picture))),
        covered=media.keep(_jpeg(others)),
        covered_thumb=media.keep(_jpeg(_small(others))),
        likeness=likeness_of(picture),
        found=areas,
    )


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()


def _small(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail(THUMB)
    return small


async def write_reports(
    connection: AsyncConnection, vault: Vault, ids: Ids, at: datetime, drawn: Drawn
) -> None:
    """Writes them as if they had been told in the days before ``at``; the city and its accounts are there already."""
    days = {
        date.fromisoformat(row.day): row.working
        for row in await connection.execute(select(tables.calendar_days))
    }
    accounts = select(tables.officers.c.username, tables.officers.c.id, tables.officers.c.service_number)
    people = {row.username: row for row in await connection.execute(accounts)}
    writer = _Writer(vault, ids, at, days, people)
    for number, (sample, taken) in enumerate(drawn):
        for table, rows in writer.rows_of(number, sample, taken).items():
            if rows:
                await connection.execute(insert(tables.metadata.tables[table]), rows)


@dataclass(frozen=True, slots=True)
class _Writer:
    vault: Vault
    ids: Ids
    at: datetime
    days: Mapping[date, bool]
    people: Mapping[str, Any]

    def rows_of(self, number: int, sample: Sample, taken: list[Photo]) -> dict[str, list[dict[str, Any]]]:
        """By table, in the order in which they are written."""
        filed = self._filed(sample.left, number)
        report = self._report(sample, filed, len(taken))
        who = [self._reporter(sample, report, first=n == 0) for n in range(sample.people)]
        holder = f"reporter:{who[0]['id']}"
        uploads = [self._upload(one, report, holder, n) for n, one in enumerate(taken)]
        pictures = [self._picture(one, filed) for one in taken]
        regions = [
            self._region(picture["id"], area, filed)
            for picture, one in zip(pictures, taken, strict=True)
            for area in one.found
        ]
        return {
            "reports": [report],
            "reporters": who,
            "report_steps": self._steps(sample, report, holder),
            "uploads": uploads,
            "pictures": pictures,
            "regions": regions,
        }

    def _filed(self, wanted: int | None, number: int) -> datetime:
        """The latest day on which it was told, so that this many working days are left; on a holiday about as many."""
        days = [self.at - timedelta(days=n, minutes=17 + 23 * number) for n in range(60)]
        found = [(filed, left(self.at, due(filed, WORKING_DAYS, self.days), self.days)) for filed in days]
        if wanted is None:
            return next(filed for filed, rest in found if rest is None)
        return min(found, key=lambda one: WORKING_DAYS + 1 if one[1] is None else abs(one[1] - wanted))[0]

    def _report(self, sample: Sample, filed: datetime, media: int) -> dict[str, Any]:
        report_id, plate = self.ids.new(), plates.parse(sample.scene.plate, sample.plate_class)
        lat, lng, accuracy = sample.at
        words = self.vault.seal(reporting.WORDS, report_id, sample.words) if sample.words else None
        return {
            "id": report_id,
            "district": HOME_DISTRICT,
            "zone": None,
            "offence": sample.scene.offence,
            "state": sample.state,
            "version": 1 + len(sample.past),
            "plate_sealed": self.vault.seal(reporting.PLATE, report_id, plate.number),
            "plate_index": indexed(self.vault, plate.number, plate.plate_class),
            "plate_masked": plates.mask(plate.number),
            "plate_class": plate.plate_class,
            "place": sample.place,
            "lat": lat,
            "lng": lng,
            "accuracy_m": accuracy,
            "words_sealed": words,
            "happened_at": filed - timedelta(minutes=4),
            "filed_at": filed,
            "due_by": due(filed, WORKING_DAYS, self.days),
            "media": media,
            "live": sample.live,
            "people": sample.people,
            **self._decided(sample, filed),
        }

    def _decided(self, sample: Sample, filed: datetime) -> dict[str, Any]:
        said = next((one for one in sample.past if one[2] in self.people), None)
        if said is None:
            return dict.fromkeys(("verified_by", "decided_by", "decided_number", "decided_at", "reason"))
        who = self.people[said[2]]
        second = said[1] == "second"
        return {
            "verified_by": who.id if second else None,
            "decided_by": None if second else who.id,
            "decided_number": None if second else who.service_number,
            "decided_at": None if second else filed + timedelta(hours=3),
            "reason": said[3],
        }

    def _reporter(self, sample: Sample, report: dict[str, Any], *, first: bool) -> dict[str, Any]:
        person = self.ids.row()
        objects = first and sample.objection is not None
        sealed = (
            self.vault.seal("reporters.objection_sealed", person, str(sample.objection)) if objects else None
        )
        return {
            "id": person,
            "report_id": report["id"],
            "token_hash": hashlib.sha256(self.ids.secret().encode()).digest(),  # nobody was told it
            "first": first,
            "objection_sealed": sealed,
            "objected_at": report["filed_at"] + timedelta(hours=5) if objects else None,
            "joined_at": report["filed_at"],
        }

    def _steps(self, sample: Sample, report: dict[str, Any], reporter: str) -> list[dict[str, Any]]:
        done = [("file", "waiting", "reporter", None), *sample.past]
        found = []
        for number, (command, state, who, reason) in enumerate(done):
            person = self.people.get(who)
            when = (
                report["due_by"] if command == "overdue" else report["filed_at"] + timedelta(hours=3 * number)
            )
            found.append(
                {
                    "id": self.ids.row(),
                    "report_id": report["id"],
                    "number": number + 1,
                    "command": command,
                    "state": state,
                    "by": reporter
                    if who == "reporter"
                    else who
                    if person is None
                    else f"officer:{person.id}",
                    "officer_number": None if person is None else person.service_number,
                    "reason": reason,
                    "at": min(when, self.at),
                }
            )
        return found

    def _upload(self, photo: Photo, report: dict[str, Any], holder: str, number: int) -> dict[str, Any]:
        taken = report["happened_at"] + timedelta(seconds=35 * number)
        return {
            "id": photo.upload,
            "holder": holder,
            "address": ADDRESS,
            "purpose": "report",
            "kind": "photo",
            "about": report["id"],
            "size": photo.size,
            "received": photo.size,
            "state": "ready",
            "sha256": photo.sha256,
            "original": photo.original,
            "media_type": "image/jpeg",
            "taken_at": taken,
            "created_at": taken,
            "received_at": taken,
            "examined_at": taken,
        }

    def _picture(self, photo: Photo, filed: datetime) -> dict[str, Any]:
        return {
            "id": self.ids.new(),
            "upload_id": photo.upload,
            "position": 0,
            "file": photo.file,
            "thumb": photo.thumb,
            "width": SIZE[0],
            "height": SIZE[1],
            "covered": photo.covered,
            "covered_thumb": photo.covered_thumb,
            "likeness": photo.likeness,
            "drawings_wanted": 1,
            "drawings_done": 1,
            "made_at": filed,
        }

    def _region(self, picture: str, area: Found, filed: datetime) -> dict[str, Any]:
        return {
            "id": self.ids.new(),
            "picture_id": picture,
            "left": area.left,
            "top": area.top,
            "width": area.width,
            "height": area.height,
            "kind": area.kind,
            "confidence": area.confidence,
            "at": filed,
        }
