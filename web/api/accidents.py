"""Accidents, handled quickly: the first question, the draft that both phones share, signatures, determinations."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from models.accident.details import Details
from models.accident.forms import ANSWERS
from models.actions import accident_parties, accident_signing, accident_terms, accidents, audit
from models.actions.accident_papers import CONTENT
from models.actions.accident_parties import Invitation, Joined
from models.actions.accident_signing import Settled
from models.actions.accident_terms import Terms
from models.actions.accidents import NewAccident, Reported
from models.caller import Officer
from models.clock import iso, parse_iso
from models.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    NotFound,
    NotOnDuty,
    SwitchedOff,
    TooManyRequests,
    VersionConflict,
)
from models.printing import qr
from models.queries import accidents as queries
from web import whereabouts
from web.answers import Answer, FileAnswer
from web.api.accident_shapes import (
    AccidentInvitation,
    AccidentJoined,
    AccidentReported,
    AccidentTerms,
    Annulling,
    Determining,
    JoinCode,
    NamedShot,
    NewAccidentReport,
    OneAccident,
    PartyDetails,
    SettledView,
    ShotView,
    Signing,
    TermsView,
)
from web.endpoint import Call, Endpoint, Nothing, keeping


async def report(call: Call[NewAccidentReport]) -> Answer:
    body = call.body
    location = None if body.location is None else body.location.location("location")
    new = NewAccident(
        answers=tuple(one for one in ANSWERS if getattr(body.answers, one)),
        location=location,
        district=body.district,
        place=body.place or None,
        phone=body.phone or None,
        device=call.device if call.own_device else None,
        address=call.address,
    )
    return _reported(await accidents.report(call.site.store, new, then=keeping(call, _reported)))


def _reported(done: Reported) -> Answer:
    body = _with_token(done.view, done.token)
    return Answer(body | {"path": done.path, "move": done.move, "rescue": done.rescue}, 201)


def _with_token(view: Any, token: str) -> dict[str, Any]:
    return {"incident": view, "channel": f"incident:{view['id']}", "access_token": token}


def _joined(done: Joined) -> Answer:
    return Answer(_with_token(done.view, done.token), 201)


async def look(call: Call[Nothing]) -> Answer:
    store, caller = call.site.store, call.somebody
    view = await queries.accident_for(store, call.path("id"), caller)
    if isinstance(caller, Officer):
        await audit.look(store, caller, f"accident:{view['id']}")
    return Answer({"accident": view})


async def invite(call: Call[Nothing]) -> Answer:
    def invited(made: Invitation) -> Answer:
        url = f"{call.site.settings.public_url.rstrip('/')}/accident?join={made.code}"
        view = AccidentInvitation(code=made.code, until=iso(made.until), url=url, qr=qr.svg(url, made.code))
        return Answer(view, 201)

    then = keeping(call, invited)
    done = await accident_parties.invite(call.site.store, call.path("id"), call.participant, then=then)
    return invited(done)


async def join(call: Call[JoinCode]) -> Answer:
    site = call.site
    if site.settings.limits:
        # Eight digits, of which few are good at any time and each for ten minutes.
        site.short_codes.count(call.address, call.now)
    done = await accident_parties.join(
        site.store,
        call.body.code,
        device=call.device if call.own_device else None,
        address=call.address,
        then=keeping(call, _joined),
    )
    return _joined(done)


async def beside(call: Call[Nothing]) -> Answer:
    then = keeping(call, _joined)
    return _joined(
        await accident_parties.beside(call.site.store, call.path("id"), call.participant, then=then)
    )


async def enter(call: Call[PartyDetails]) -> Answer:
    details = Details(**msgspec.structs.asdict(call.body))
    then = keeping(call, _terms)
    return _terms(
        await accident_parties.enter(call.site.store, call.path("id"), call.participant, details, then=then)
    )


def _terms(terms: int) -> Answer:
    return Answer(TermsView(terms=terms))


async def state(call: Call[AccidentTerms]) -> Answer:
    body = call.body
    try:
        happened_at = parse_iso(body.happened_at) if body.happened_at else None
    except ValueError:
        raise InvalidField(field="happened_at", why="wrong_type") from None
    terms = Terms(
        form=body.form,
        mine=body.mine,
        theirs=body.theirs,
        grade=body.grade,
        weather=body.weather,
        happened_at=happened_at,
    )
    then = keeping(call, _terms)
    return _terms(
        await accident_terms.state(call.site.store, call.path("id"), call.participant, terms, then=then)
    )


async def name_photo(call: Call[NamedShot]) -> Answer:
    then = keeping(call, _shot)
    return _shot(
        await accident_terms.name_photo(
            call.site.store,
            call.path("id"),
            call.participant,
            call.path("shot"),
            call.body.photo,
            then=then,
        )
    )


def _shot(photo: str) -> Answer:
    return Answer(ShotView(photo=photo))


async def sign(call: Call[Signing]) -> Answer:
    body, then = call.body, keeping(call, _settled)
    return _settled(
        await accident_signing.sign(
            call.site.store, call.path("id"), call.participant, body.terms, body.strokes, then=then
        )
    )


async def determine(call: Call[Determining]) -> Answer:
    body, then = call.body, keeping(call, _settled)
    return _settled(
        await accident_signing.determine(
            call.site.store, call.path("id"), call.officer, body.grade, body.reason, then=then
        )
    )


async def annul(call: Call[Annulling]) -> Answer:
    then = keeping(call, _settled)
    return _settled(
        await accident_signing.annul(
            call.site.store, call.path("id"), call.officer, call.body.reason, then=then
        )
    )


def _settled(done: Settled) -> Answer:
    return Answer(SettledView(terms=done.terms, code=done.code))


async def document(call: Call[Nothing]) -> FileAnswer:
    store, caller = call.site.store, call.somebody
    row = await queries.document_for(store, call.path("id"), caller)
    if isinstance(caller, Officer):
        await audit.look(store, caller, f"accident_document:{row.id}")
    try:
        sealed = await asyncio.to_thread(call.site.store.media.read, row.file)
    except FileNotFoundError:
        raise NotFound from None
    content = store.vault.open_bytes(CONTENT, row.id, sealed)
    name = f'inline; filename="{row.kind}-{row.code}.pdf"'
    return FileAnswer(content, "application/pdf", {"content-disposition": name})


_DRAFT = (NotFound, Forbidden, IllegalTransition, InvalidField)


def _endpoint(method: str, path: str, name: str, handler: Any, summary: str, **more: Any) -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        name=name,
        handler=handler,
        summary=summary,
        module="accidents",
        **{"where": whereabouts.to_its_end, **more},
    )


ENDPOINTS = [
    _endpoint(
        "POST", "/api/v1/accidents", "report_accident", report,
        "Report an accident by the answers to the first question: where the police are to come the alert is out with"
        " this call. No sign-in.",
        where=whereabouts.of_accident, body=NewAccidentReport, answers={201: AccidentReported},
        answered_as="requester", repeatable=True, in_one_change=True,
        errors=(InvalidField, TooManyRequests, SwitchedOff),
    ),
    _endpoint(
        "POST", "/api/v1/accidents/join", "join_accident", join,
        "The other party's phone joins by the code on the first one's: once, within ten minutes.",
        body=JoinCode, answers={201: AccidentJoined}, answered_as="requester", repeatable=True, in_one_change=True,
        errors=(InvalidField, Conflict, IllegalTransition, TooManyRequests),
    ),
    _endpoint(
        "GET", "/api/v1/accidents/{id}", "accident", look,
        "The shared draft: one's own data whole, the other party's masked. Staff looks are recorded.",
        answers={200: OneAccident}, errors=(NotFound, Forbidden),
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/invitation", "invite_party", invite,
        "A code and a QR code for the other party's phone; the one before it is good no more.",
        answers={201: AccidentInvitation}, errors=(*_DRAFT, Conflict), repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/parties", "add_party", beside,
        "The other party takes this phone: a token of his own, on the same phone.",
        answers={201: AccidentJoined}, errors=(*_DRAFT, Conflict), answered_as="requester", repeatable=True,
    ),
    _endpoint(
        "PUT", "/api/v1/accidents/{id}/party", "enter_party", enter,
        "One's own data, as far as they are known; signatures are given anew after it.",
        body=PartyDetails, answers={200: TermsView}, errors=_DRAFT, repeatable=True,
    ),
    _endpoint(
        "PUT", "/api/v1/accidents/{id}/terms", "state_accident", state,
        "The form of the accident, what each did, and one's grade, which the table suggests if it is left out.",
        body=AccidentTerms, answers={200: TermsView}, errors=_DRAFT, repeatable=True,
    ),
    _endpoint(
        "PUT", "/api/v1/accidents/{id}/shots/{shot}", "name_photo", name_photo,
        "Which of the guide's photos an uploaded one is.",
        body=NamedShot, answers={200: ShotView}, errors=_DRAFT, repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/sign", "sign_agreement", sign,
        "Sign these terms; the second signature makes the agreement and closes it.",
        body=Signing, answers={200: SettledView}, errors=(*_DRAFT, Conflict, VersionConflict), repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/determination", "determine_fault", determine,
        "The officer who has it says who answers for it, from afar or at the place.",
        body=Determining, answers={200: SettledView}, errors=(*_DRAFT, NotOnDuty, Conflict), repeatable=True,
    ),
    _endpoint(
        "POST", "/api/v1/accidents/{id}/annul", "annul_agreement", annul,
        "An officer sets the document aside, with a reason; the accident is the officers' again.",
        body=Annulling, answers={200: SettledView}, errors=(*_DRAFT, NotOnDuty, Conflict), repeatable=True,
    ),
    _endpoint(
        "GET", "/api/v1/accident-documents/{id}", "accident_document", document,
        "The agreement or determination, as its parties have it.",
        answers={200: None}, errors=(NotFound, Forbidden), media="application/pdf",
    ),
]  # fmt: skip
