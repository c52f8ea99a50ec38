"""Shapes of citizens' reports: as they are told, as their reporter follows them, as an officer reviews them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from models.actions.reporting import LONGEST_CONTACT, LONGEST_PLACE, LONGEST_WORDS, MOST_UPLOADS
from models.actions.reviewing import LONGEST_NOTE
from web.api.shapes import Place, PlaceView
from web.endpoint import Shape

Uploads = Annotated[list[Annotated[str, Meta(max_length=26)]], Meta(min_length=1, max_length=MOST_UPLOADS)]


class NewReport(Shape):
    """``happened_at``: ISO 8601 with zone. ``district``: where the place lies; named by who does not know the place.

    ``joins``: ask (the default: told that there is the same, nothing is written), join it, or new.
    """

    offence: Annotated[str, Meta(max_length=20)]
    plate: Annotated[str, Meta(min_length=1, max_length=20)]
    happened_at: Annotated[str, Meta(max_length=40)]
    uploads: Uploads
    plate_class: Annotated[str, Meta(max_length=16)] | None = None
    district: Annotated[str, Meta(max_length=12)] | None = None
    location: Place | None = None
    place: Annotated[str, Meta(max_length=LONGEST_PLACE)] | None = None
    words: Annotated[str, Meta(max_length=LONGEST_WORDS)] | None = None
    contact: Annotated[str, Meta(max_length=LONGEST_CONTACT)] | None = None
    live: bool = False
    joins: Literal["ask", "join", "new"] = "ask"


class SameReport(Shape):
    """That somebody told the same: by the same ``picture``, or of the same ``vehicle``."""

    because: str


class ReportTold(Shape):
    """``access_token``: for following it, told once. ``same``: nothing was written yet."""

    report: str | None
    access_token: str | None
    joined: bool
    same: SameReport | None
    due_by: str | None


class More(Shape):
    uploads: Uploads


class Objection(Shape):
    words: Annotated[str, Meta(min_length=1, max_length=LONGEST_NOTE)]


class Review(Shape):
    """``reason``: of the list of its command; ``of``: the report of which it is a duplicate."""

    command: Literal["verify", "agree", "send_back", "reject", "duplicate", "ask_more", "uphold"]
    reason: Annotated[str, Meta(max_length=30)] | None = None
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] | None = None
    of: Annotated[str, Meta(max_length=26)] | None = None
    version: int | None = None


class Taking(Shape):
    """``report``: this one; without, the one that is due first."""

    report: Annotated[str, Meta(max_length=26)] | None = None


class ReportStep(Shape):
    """``by``: reporter, police, commander or system."""

    command: str
    state: str
    at: str
    by: str
    officer: str | None
    reason: str | None
    note: str | None


class ReportCheck(Shape):
    name: str
    ok: bool | None
    n: int | None


class SimilarReport(Shape):
    id: str
    state: str
    offence: str
    place: str | None
    happened_at: str


class ReportView(Shape):
    """A report whole, or as much of it as is shown to whoever asks. ``taken_by``: a colleague who has it before him."""

    id: str
    state: str
    version: int
    district: str
    zone: str | None
    offence: str
    plate: str
    plate_class: str
    place: str | None
    location: PlaceView | None
    happened_at: str
    filed_at: str
    due_by: str
    decided_at: str | None
    reason: str | None
    media: int
    live: bool
    people: int
    duplicate_of: str | None
    incident: str | None
    steps: list[ReportStep] = []
    uploads: list[str] = []
    first: bool = False
    may_object: bool = False
    may_withdraw: bool = False
    more_by: str | None = None
    days_left: int | None = None
    on_the_way: bool = False
    plate_full: str | None = None
    words: str | None = None
    objection: str | None = None
    checks: list[ReportCheck] = []
    similar: list[SimilarReport] = []
    second_person: bool = False
    goes_now: bool = False
    overdue: bool = False
    mine: bool = False
    taken_by: str | None = None
    reviewed_until: str | None = None


class OneReport(Shape):
    report: ReportView


class TakenReport(Shape):
    """None: nothing waits that the caller may review."""

    report: ReportView | None


class ReportQueue(Shape):
    """``counts``: by state."""

    reports: list[ReportView]
    counts: dict[str, int]


class ReviewedView(Shape):
    id: str
    state: str
    version: int
    incident: str | None


class OneReviewed(Shape):
    report: ReviewedView


class ReportReasons(Shape):
    """The words that are offered by command; ``offences``: what can be told of."""

    offences: list[str]
    reasons: dict[str, list[str]]
