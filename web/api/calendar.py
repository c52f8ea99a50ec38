"""A city's calendar of working days: looked at by year, one day changed, a year's file checked and taken in."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta

from models.actions import calendar
from models.actions.calendar import TakenIn
from models.errors import Forbidden, InvalidField, NotFound, PayloadTooLarge
from models.queries.calendar import calendar as calendar_of
from models.reports.calendar_lines import FIRST_YEAR, LAST_YEAR, LONGEST_NAME, Day, Refusal
from models.texts.sentences import Language, Sentences
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape, Upload, keeping

MOST_TOLD = 100  # refused lines in an answer
PATH = "/api/v1/admin/calendar"


class CalendarCity(Shape):
    code: str
    name: str
    name_en: str
    may_change: bool


class CalendarDay(Shape):
    """``working``: false for a holiday, true for a day that is worked though the week says otherwise."""

    day: str
    working: bool
    name: str | None


class CalendarOfCity(Shape):
    """``missing``: years of which a calendar should be there by now and is not; until then weekends stand."""

    cities: list[CalendarCity]
    city: str
    year: int
    years: list[int]
    missing: list[int]
    days: list[CalendarDay]


class NewCalendarDay(Shape):
    working: bool
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] | None = None


class RefusedDay(Shape):
    """``message``: what is wrong, in the caller's language."""

    line: int
    value: str
    message: str


class CalendarTakenIn(Shape):
    """``moved``: open reports that are due on another day. ``written`` false: a dry run, or lines were refused."""

    new: int
    changed: int
    ended: int
    unchanged: int
    moved: int
    refused: int
    refused_lines: list[RefusedDay]
    written: bool


async def show(call: Call[Nothing]) -> Answer:
    asked = call.request.query_params
    year = asked.get("year")
    return Answer(
        await calendar_of(
            call.site.store, call.officer, asked.get("city"), None if year is None else _year(year)
        )
    )


async def set_day(call: Call[NewCalendarDay]) -> Answer:
    name = (call.body.name or "").strip()
    return await _set(call, Day(call.body.working, name or None))


async def clear_day(call: Call[Nothing]) -> Answer:
    return await _set(call, None)


async def _set(call: Call[NewCalendarDay] | Call[Nothing], what: Day | None) -> Answer:
    store, city, day = call.site.store, call.path("city"), _day(call.path("day"))
    done = await calendar.set_day(
        store, call.officer, city, day, what, then=keeping(call, lambda done: _answer(call, done))
    )
    return _answer(call, done)


async def check(call: Call[Upload]) -> Answer:
    store, year = call.site.store, _year(call.request.query_params.get("year"))
    return _answer(
        call, await calendar.check(store, call.officer, call.path("city"), year, call.body.content)
    )


async def take_in(call: Call[Upload]) -> Answer:
    store, year = call.site.store, _year(call.request.query_params.get("year"))
    done = await calendar.take_in(
        store, call.officer, call.path("city"), year, call.body.content,
        then=keeping(call, lambda done: _answer(call, done)),
    )  # fmt: skip
    return _answer(call, done)


def _year(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:5]) <= LAST_YEAR):
        raise InvalidField(field="year", why="required" if text is None else "out_of_range")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidField(field="day", why="wrong_type") from None


def _answer(call: Call[NewCalendarDay] | Call[Nothing] | Call[Upload], done: TakenIn) -> Answer:
    texts = call.site.store.texts
    sentences = texts.of(texts.city_of_all(call.officer.districts))
    view = CalendarTakenIn(
        new=done.new,
        changed=done.changed,
        ended=done.ended,
        unchanged=done.unchanged,
        moved=done.moved,
        refused=len(done.refused),
        refused_lines=[_line(one, sentences, call.language) for one in done.refused[:MOST_TOLD]],
        written=done.written,
    )
    return Answer(view)


def _line(one: Refusal, sentences: Sentences, language: Language) -> RefusedDay:
    said = sentences.say(language, f"calendar.refused.{one.why}", {"value": one.value})
    return RefusedDay(line=one.line, value=one.value, message=said)


_YEAR = {"year": "Of which year the file is."}
_WRONG = (NotFound, Forbidden, InvalidField)
ENDPOINTS = [
    Endpoint(
        method="GET",
        path=PATH,
        name="calendar",
        handler=show,
        summary="The days of a year that differ from the week: holidays, and weekends that are worked.",
        module="platform",
        query={"city": "One of the administrator's cities; the first.", "year": "This year."},
        answers={200: CalendarOfCity},
        errors=(NotFound, InvalidField),
    ),
    Endpoint(
        method="PUT",
        path=PATH + "/{city}/{day}",
        name="set_calendar_day",
        handler=set_day,
        summary="The day is a holiday, or is worked, whatever the week says. What waits is due accordingly.",
        module="platform",
        body=NewCalendarDay,
        answers={200: CalendarTakenIn},
        errors=_WRONG,
        repeatable=True,
    ),
    Endpoint(
        method="DELETE",
        path=PATH + "/{city}/{day}",
        name="clear_calendar_day",
        handler=clear_day,
        summary="The day is as the week says.",
        module="platform",
        answers={200: CalendarTakenIn},
        errors=_WRONG,
    ),
    Endpoint(
        method="POST",
        path=PATH + "/{city}/check",
        name="check_calendar",
        handler=check,
        summary="What taking in a year's CSV file would change, and which lines are refused; nothing is written.",
        module="platform",
        upload="file",
        query=_YEAR,
        answers={200: CalendarTakenIn},
        errors=(*_WRONG, PayloadTooLarge),
    ),
    Endpoint(
        method="POST",
        path=PATH + "/{city}",
        name="import_calendar",
        handler=take_in,
        summary="Take in a CSV file that is all of a year's calendar; one bad line refuses it whole.",
        module="platform",
        upload="file",
        query=_YEAR,
        answers={200: CalendarTakenIn},
        errors=(*_WRONG, PayloadTooLarge),
        repeatable=True,
    ),
]
