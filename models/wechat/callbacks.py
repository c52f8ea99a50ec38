"""What the platform tells us: checked, opened, read. Pure.

Only what has the account's signature is looked at. XML of a stranger is read without document types, which is where
entities come from. What a person writes is nobody's business here: only events are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree

from models.wechat.account import Account
from models.wechat.crypto import EnvelopeBroken, key_of, open_, seal
from models.wechat.signing import is_fresh, is_signed, signature

LONGEST = 64 * 1024  # bytes
LONGEST_WORD = 256  # characters of what is read
SCENE_OF_SUBSCRIBER = "qrscene_"


class CallbackRefused(Exception):
    """Not a call of the platform for this account, or a recorded one."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """``kind``: event, or the type of what a person sent. ``event`` is in lower case. ``key`` tells it from all others
    and is the same when it comes again; ``scene`` what a scanned code of the account says, None without one.
    ``message_id`` and ``status`` are those of a message that we sent.
    """

    openid: str = field(repr=False)
    account: str
    kind: str
    event: str
    key: str
    scene: str | None
    message_id: str | None
    status: str | None


def echo(account: Account, query: Mapping[str, str], now: datetime) -> str:
    """What the platform wants back when the address is set up. Raises CallbackRefused."""
    said = query.get("echostr", "")
    _check(account, query, now)
    return said[:LONGEST_WORD]


def read(account: Account, query: Mapping[str, str], body: bytes, now: datetime) -> Incoming:
    """What came. Raises CallbackRefused."""
    _check(account, query, now)
    root = _root(body)
    if account.aes_key:
        root = _root(_opened(account, query, root))
    return _incoming(root)


def _check(account: Account, query: Mapping[str, str], now: datetime) -> None:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    signed = is_signed(query.get("signature", ""), account.token, timestamp, nonce)
    if not account.token or not signed or not is_fresh(timestamp, now):
        raise CallbackRefused


def _opened(account: Account, query: Mapping[str, str], root: ElementTree.Element) -> bytes:
    envelope = root.findtext("Encrypt") or ""
    parts = (account.token, query.get("timestamp", ""), query.get("nonce", ""), envelope)
    if not is_signed(query.get("msg_signature", ""), *parts):
        raise CallbackRefused
    try:
        return open_(key_of(account.aes_key), account.app_id, envelope).encode()
    except EnvelopeBroken:
        raise CallbackRefused from None


def _root(body: bytes) -> ElementTree.Element:
    if len(body) > LONGEST:
        raise CallbackRefused
    try:
        text = body.decode()
        if "<!" in text.replace("<![CDATA[", ""):
            raise CallbackRefused
        return ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError):
        raise CallbackRefused from None


def _incoming(root: ElementTree.Element) -> Incoming:
    def word(name: str) -> str:
        return (root.findtext(name) or "").strip()[:LONGEST_WORD]

    openid, kind, event = word("FromUserName"), word("MsgType").lower(), word("Event").lower()
    if not openid or not kind:
        raise CallbackRefused
    scene = word("EventKey") if event in {"subscribe", "scan"} else ""
    sent = _sent(root) if event == "subscribe_msg_sent_event" else (word("MsgID"), word("Status"))
    return Incoming(
        openid=openid,
        account=word("ToUserName"),
        kind=kind,
        event=event,
        key=_key(word("MsgId"), openid, word("CreateTime"), event, word("EventKey"), sent[0]),
        scene=scene.removeprefix(SCENE_OF_SUBSCRIBER) or None,
        message_id=sent[0] or None,
        status=sent[1] or None,
    )


def _sent(root: ElementTree.Element) -> tuple[str, str]:
    """Of a subscription message: its id, and ``success`` or the code of why not."""
    one = root.find("SubscribeMsgSentEvent/List")
    if one is None:
        return "", ""
    code = (one.findtext("ErrorCode") or "").strip()
    return (one.findtext("MsgID") or "").strip()[:40], "success" if code == "0" else code[:20]


def _key(message: str, openid: str, created: str, *more: str) -> str:
    """Messages have a number; events are told apart by whose and when. A digest: nobody's address is kept."""
    parts = ("message", message) if message else ("event", openid, created, *more)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def text_reply(account: Account, incoming: Incoming, text: str, now: datetime, nonce: str) -> str:
    """The answer that says ``text`` to whoever it was, in an envelope if calls come in one."""
    root = ElementTree.Element("xml")
    for name, value in (
        ("ToUserName", incoming.openid),
        ("FromUserName", incoming.account),
        ("CreateTime", str(int(now.timestamp()))),
        ("MsgType", "text"),
        ("Content", text),
    ):
        ElementTree.SubElement(root, name).text = value
    plain = ElementTree.tostring(root, "unicode")
    return _enveloped(account, plain, int(now.timestamp()), nonce) if account.aes_key else plain


def _enveloped(account: Account, plain: str, timestamp: int, nonce: str) -> str:
    envelope = seal(key_of(account.aes_key), account.app_id, plain)
    root = ElementTree.Element("xml")
    for name, value in (
        ("Encrypt", envelope),
        ("MsgSignature", signature(account.token, str(timestamp), nonce, envelope)),
        ("TimeStamp", str(timestamp)),
        ("Nonce", nonce),
    ):
        ElementTree.SubElement(root, name).text = value
    return ElementTree.tostring(root, "unicode")
