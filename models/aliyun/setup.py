"""A city's accounts with Alibaba Cloud, out of what it has set up for the channels ``sms`` and ``call``. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import httpx2

from models.aliyun.client import NUMBERS, SMS, VOICE, Account
from models.channels.setups import Setup

# What a template's variable may be filled with (``workers.channels.aliyun``). ``link`` is the path behind the public
# address, which stands in the template itself, since no variable may hold an address; ``token`` its last part, and
# ``token1`` and ``token2`` that in halves, where the platform takes only short variables.
FILLINGS = frozenset({"reason", "plate", "time", "place", "platform", "link", "token", "token1", "token2"})
SMS_FIELDS = "plate=plate,reason=reason,time=time,link=link"
SPOKEN_FIELDS = "plate=plate,reason=reason"


class VariablesRefused(ValueError):
    """What a city says of a template's variables is not of the form ``plate=plate,time=time``."""


def variables_of(text: str) -> dict[str, str]:
    """``name=filling,…`` as a mapping. Raises VariablesRefused."""
    found = dict(part.strip().partition("=")[::2] for part in text.split(","))
    for name, filling in found.items():
        if not name.isidentifier() or filling not in FILLINGS:
            raise VariablesRefused(f"{name}={filling}")
    return found


def _account(
    setup: Setup,
    http: httpx2.AsyncClient,
    endpoint: str,
    now: Callable[[], datetime],
    nonce: Callable[[], str],
) -> Account:
    return Account(
        http=http,
        key_id=setup.values["access_key_id"],
        secret=setup.secrets["access_key_secret"],
        endpoint=endpoint,
        now=now,
        nonce=nonce,
        seconds=setup.timeout_seconds,
    )


def messages_account(
    setup: Setup, http: httpx2.AsyncClient, now: Callable[[], datetime], nonce: Callable[[], str]
) -> Account:
    """For text messages, or for spoken ones, as the channel is. Raises KeyError for one that lacks a field."""
    usual = SMS if setup.channel == "sms" else VOICE
    return _account(setup, http, setup.values.get("endpoint") or usual, now, nonce)


def numbers_account(
    setup: Setup, http: httpx2.AsyncClient, now: Callable[[], datetime], nonce: Callable[[], str]
) -> Account:
    """For numbers that stand for others. Raises KeyError."""
    return _account(setup, http, setup.values.get("numbers_endpoint") or NUMBERS, now, nonce)


def template_of(setup: Setup, name: str, fields: str) -> tuple[str, Mapping[str, str]] | None:
    """The template's code and its variables, None without one. Raises VariablesRefused."""
    code = setup.values.get(name)
    said = setup.values.get(f"{name}_fields") or fields
    return (code, variables_of(said) if said else {}) if code else None
