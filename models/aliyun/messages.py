"""Text messages (SendSms) and spoken ones (SingleCallByTts), and the reports of what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from models.aliyun.client import Account, national
from models.clock import BEIJING
from models.providers.failures import Unanswered

LONGEST_REPORTS = 1000  # of one push


async def send_sms(
    account: Account, phone: str, sign: str, template: str, values: Mapping[str, str], key: str
) -> str:
    """Sends ``template`` to one number (E.164); returns the platform's id. ``key`` comes back with the report.

    Asked twice it sends twice. Raises ProviderFailure.
    """
    answer = await account.ask(
        "SendSms",
        {
            "PhoneNumbers": national(phone),
            "SignName": sign,
            "TemplateCode": template,
            "TemplateParam": msgspec.json.encode(dict(values)).decode(),
            "OutId": key,
        },
    )
    return _word(answer, "BizId")


async def call_and_speak(
    account: Account, phone: str, shown: str, template: str, values: Mapping[str, str], key: str
) -> str:
    """Rings one number and speaks ``template``; returns the platform's id of the call. Raises ProviderFailure."""
    answer = await account.ask(
        "SingleCallByTts",
        {
            "CalledNumber": national(phone),
            "CalledShowNumber": shown,
            "TtsCode": template,
            "TtsParam": msgspec.json.encode(dict(values)).decode(),
            "OutId": key,
            "PlayTimes": "2",
        },
    )
    return _word(answer, "CallId")


def _word(answer: Mapping[str, Any], name: str) -> str:
    found = answer.get(name)
    if not isinstance(found, str) or not found:
        raise Unanswered("unreadable", name)
    return found


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one message. ``key`` is ours, as it was sent along; the number is not read at all."""

    provider_id: str
    key: str | None
    arrived: bool
    code: str
    at: datetime | None


class ReportsUnreadable(ValueError):
    """Not what the platform pushes."""


def reports_of(content: bytes) -> list[Report]:
    """A push of SmsReport: a list. Raises ReportsUnreadable."""
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise ReportsUnreadable from None
    if not isinstance(found, list) or len(found) > LONGEST_REPORTS:
        raise ReportsUnreadable
    return [_report(one) for one in found]


def _report(one: Any) -> Report:
    if not isinstance(one, dict) or not isinstance(one.get("success"), bool):
        raise ReportsUnreadable
    provider_id, key = one.get("biz_id"), one.get("out_id")
    if not isinstance(provider_id, str) or not provider_id:
        raise ReportsUnreadable
    code = one.get("err_code")
    return Report(
        provider_id=provider_id[:120],
        key=key[:120] if isinstance(key, str) and key else None,
        arrived=one["success"],
        code=code[:60] if isinstance(code, str) else "",
        at=_instant(one.get("report_time")),
    )


def _instant(text: Any) -> datetime | None:
    """The platform's times are Beijing's and say no zone."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None
