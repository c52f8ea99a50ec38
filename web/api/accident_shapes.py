"""Shapes of accidents: what comes in from a phone in the street, and what its parties and officers are shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

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


Strokes = Annotated[
    list[Annotated[list[Annotated[list[int], Meta(max_length=2)]], Meta(max_length=4000)]],
    Meta(max_length=60),
]


class Signing(Shape):
    """``strokes`` of points in a field of 1000 by 400; ``terms``: the version that was read."""

    terms: Annotated[int, Meta(ge=0, le=2_147_483_647)]
    strokes: Strokes


class Determining(Shape):
    """``grade``: of the first party."""

    grade: Word
    reason: Reason


class Annulling(Shape):
    reason: Reason


class Receiving(Shape):
    """``strokes``: signed for; left out: refused."""

    strokes: Strokes | None = None


class NotedRefusal(Shape):
    side: Literal["a", "b"]


class ReceiptView(Shape):
    answer: str


Said = Annotated[str, Meta(max_length=1000)]


class ReviewWords(Shape):
    """What is asked for, why, and on what evidence."""

    request: Said
    reasons: Said
    evidence: Said


class Conclusion(Shape):
    """``outcome``: upheld, or redo (to be determined anew). ``reviewers``: two service numbers."""

    outcome: Literal["upheld", "redo"]
    reviewers: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(min_length=2, max_length=2)]
    conclusion: Said


class ReviewView(Shape):
    review: str


class OpenReview(Shape):
    """``days_left``: working days to pass it on, days to conclude it; null: it is late."""

    incident: str
    state: str
    side: str
    place: str | None
    code: str
    requested_at: str
    due_by: str
    days_left: int | None


class OpenReviews(Shape):
    reviews: list[OpenReview]


class Calling(Shape):
    """``who``: whoever left a number to call back, or a party."""

    who: Literal["reporter", "a", "b"]
    reason: Reason


class Number(Shape):
    """In E.164. Told once, for a reason, on the record."""

    number: str


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


class AccidentReceipt(Shape):
    """``answer``: signed or refused."""

    side: str
    answer: str
    at: str


class AccidentReview(Shape):
    """``words``: what was asked, for whoever asked and for officers."""

    state: str
    document: str
    side: str
    requested_at: str
    forward_by: str
    forwarded_at: str | None
    decide_by: str | None
    decided_at: str | None
    redo_by: str | None
    reviewers: str | None
    conclusion: str | None
    words: ReviewWords | None


class AccidentDocument(Shape):
    id: str
    kind: str
    code: str
    sha256: str
    made_at: str
    officer: str | None
    withdrawn_at: str | None
    withdrawn_reason: str | None
    received: list[AccidentReceipt]
    url: str


class AccidentView(Shape):
    """``coming``: photos on their way. ``called_back``: whether a number was left; it is told for a reason only.

    ``review_by``: until when the determination that counts may be asked to be reviewed.
    """

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
    review_by: str | None
    review: AccidentReview | None


class OneAccident(Shape):
    accident: AccidentView
