"""A city's official account, out of what it has set up for the channel ``wechat`` (``models.channels.kinds``). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.channels.setups import Setup
from models.wechat.account import API, OPEN, Account
from models.wechat.fields import LIMITS, type_of

CHANNEL = "wechat"
# What a field of a template may be filled with (``workers.channels.wechat``).
FILLINGS = frozenset({"reason", "text", "plate", "time", "place", "platform"})
# A plate goes masked, which the platform takes as a thing and not as a car number.
FIELDS = "thing1=reason,thing2=plate,time3=time"
SCOPES = {"base": "snsapi_base", "userinfo": "snsapi_userinfo"}


class TemplateRefused(ValueError):
    """What a city says of a template's fields is not of the form ``thing1=text,time3=time``."""


@dataclass(frozen=True, slots=True)
class Template:
    """``fields``: the platform's name of each, and with what it is filled."""

    id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Official:
    """``template`` is for followers, ``subscription`` for whoever agreed to be told once. ``version`` is another one
    after each change."""

    account: Account
    template: Template | None
    subscription: Template | None
    scope: str
    version: str
    city: str
    seconds: float = field(default=5.0)


def official_of(setup: Setup | None) -> Official | None:
    """None where the city has no account. Raises ValueError for one that is set up wrongly."""
    if setup is None:
        return None
    said, secret = setup.values, setup.secrets
    return Official(
        account=Account(
            app_id=said["app_id"],
            app_secret=secret["app_secret"],
            token=secret.get("token", ""),
            aes_key=secret.get("aes_key", ""),
            api=said.get("endpoint") or API,
            open=said.get("door") or OPEN,
        ),
        template=_template(said, "template"),
        subscription=_template(said, "subscription"),
        scope=SCOPES[said.get("scope") or "base"],
        version=setup.version,
        city=setup.city,
        seconds=setup.timeout_seconds,
    )


def _template(said: Mapping[str, str], name: str) -> Template | None:
    found = said.get(name)
    return Template(found, fields_of(said.get(f"{name}_fields") or FIELDS)) if found else None


def fields_of(text: str) -> dict[str, str]:
    """``thing1=text,time3=time`` as a mapping. Raises TemplateRefused."""
    fields = dict(part.strip().partition("=")[::2] for part in text.split(","))
    for name, filling in fields.items():
        if type_of(name) not in LIMITS or filling not in FILLINGS:
            raise TemplateRefused(f"{name}={filling}")
    return fields
