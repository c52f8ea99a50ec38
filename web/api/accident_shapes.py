"""Shapes of accidents: what comes in from a phone in the street, and what its parties and officers are shown."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from web.api.shapes import IncidentView, Place, Reason
from web.endpoint import Shape

Word = Annotated[str, Meta(max_length=20)]
Entered = Annotated[str, Meta(max_length=60)]


class Answers(Shape):
    """The first question. What is left out is no."""

    injured: bool = False
    dangerous_goods: bool = False
    drunk: bool = False
    fled: bool = False
    unlicensed: bool = False
    immovable: bool = False
    facility: bool = False
    uninsured: bool = False


class NewAccidentReport(Shape):
    """``district``: where no place is known. ``phone``: to be called back, for the officer who has it."""

    answers: Answers
    location: Place | None = None
    district: Annotated[str, Meta(max_length=12)] | None = None
    place: Annotated[str, Meta(max_length=120)] | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None


class AccidentReported(Shape):
    incident: IncidentView
    channel: str
    access_token: str
    path: str
    move: bool
    rescue: bool


class AccidentJoined(Shape):
    incident: IncidentView
    channel: str
    access_token: str


class JoinCode(Shape):
    code: Annotated[str, Meta(min_length=1, max_length=20)]


class AccidentInvitation(Shape):
    """``qr`` is an SVG of ``url``. Told only now."""

    code: str
    until: str
    url: str
    qr: str


class PartyDetails(Shape):
    """One's own; what is left out is not known yet."""

    name: Entered | None = None
    licence: Entered | None = None
    phone: Entered | None = None
    vehicle_type: Word | None = None
    plate: Entered | None = None
    insurer: Entered | None = None
    policy: Entered | None = None
    impact: Word | None = None
    statement: Annotated[str, Meta(max_length=300)] | None = None


class AccidentTerms(Shape):
    """``mine``, ``theirs``: what each did; ``grade``: one's own, if not the suggested one."""

    form: Word
    mine: Word | None = None
    theirs: Word | None = None
    grade: Word | None = None
    weather: Word | None = None
    happened_at: Annotated[str, Meta(max_length=40)] | None = None


class NamedShot(Shape):
    photo: Annotated[str, Meta(min_length=1, max_length=26)]


class Signing(Shape):
    """``strokes`` of points in a field of 1000 by 400; ``terms``: the version that was read."""

    terms: Annotated[int, Meta(ge=0, le=2_147_483_647)]
    strokes: Annotated[
        list[Annotated[list[Annotated[list[int], Meta(max_length=2)]], Meta(max_length=4000)]],
        Meta(max_length=60),
    ]


class Determining(Shape):
    """``grade``: of the first party."""

    grade: Word
    reason: Reason


class Annulling(Shape):
    reason: Reason


class TermsView(Shape):
    terms: int


class ShotView(Shape):
    photo: str


class SettledView(Shape):
    terms: int
    code: str | None


class AccidentParty(Shape):
    side: str
    complete: bool
    signed: bool
    did: str | None
    grade: str | None
    details: PartyDetails


class AccidentPhoto(Shape):
    id: str
    url: str
    shot: str | None
    at: str


class AccidentDocument(Shape):
    id: str
    kind: str
    code: str
    sha256: str
    made_at: str
    withdrawn_at: str | None
    url: str


class AccidentView(Shape):
    """``coming``: photos on their way. ``call``: what was left to be called back at, for the officer who has it."""

    id: str
    district: str
    you: str | None
    status: str
    path: str
    answers: list[str]
    move: bool
    rescue: bool
    called_back: bool
    respond_by: str
    reported_at: str
    happened_at: str
    weather: str | None
    form: str | None
    shots: list[str]
    terms: int
    suggested: str | None
    because: dict[str, Any]
    parties: list[AccidentParty]
    photos: list[AccidentPhoto]
    coming: int
    documents: list[AccidentDocument]
    call: str | UnsetType = UNSET


class OneAccident(Shape):
    accident: AccidentView
