"""Text messages and spoken ones by Alibaba Cloud. Both are asked twice sent twice, and report under our own key."""

from __future__ import annotations

from models.actions.notices import Claimed
from models.aliyun.messages import call_and_speak, send_sms
from models.aliyun.setup import SMS_FIELDS, SPOKEN_FIELDS, messages_account, template_of
from models.channels.setups import Setup
from models.store import Store
from workers.channels.failing import asking
from workers.channels.filling import filled
from workers.channels.message import Accepted, Message, Refused
from workers.texts import CODES


async def send(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    """A text message; for a code to type by the template for codes."""
    if notice.phone is None:
        raise Refused("unreachable", "no_address")
    async with asking() as http:
        if setup is None:
            raise Refused("setup", "not_set_up")
        if notice.template in CODES:
            found = template_of(setup, "code_template", "")
            values = {"code": notice.secret or ""}
        else:
            found = template_of(setup, "template", SMS_FIELDS)
            values = filled(found[1], store, notice, message) if found else {}
        if found is None:
            raise Refused("setup", "not_set_up")
        account = messages_account(setup, http, store.clock.now, store.ids.secret)
        sign = setup.values["sign_name"]
        return Accepted(provider_id=await send_sms(account, notice.phone, sign, found[0], values, notice.key))


async def speak(store: Store, notice: Claimed, message: Message, setup: Setup | None) -> Accepted:
    """A call that says why, for which car; a code is not spoken."""
    if notice.phone is None:
        raise Refused("unreachable", "no_address")
    if notice.template in CODES:
        raise Refused("permanent", "not_spoken")
    async with asking() as http:
        found = None if setup is None else template_of(setup, "template", SPOKEN_FIELDS)
        if setup is None or found is None:
            raise Refused("setup", "not_set_up")
        account = messages_account(setup, http, store.clock.now, store.ids.secret)
        shown = setup.values.get("shown_number") or ""
        values = filled(found[1], store, notice, message)
        return Accepted(
            provider_id=await call_and_speak(account, notice.phone, shown, found[0], values, notice.key)
        )
