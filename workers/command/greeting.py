"""What `wufen run` says once everything answers: where to look, how to sign in, where the data lies."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

import msgspec

from models.plates import tail
from models.settings import Settings

ASK_AGAIN_SECONDS = 0.05
ANSWER_SECONDS = 2.0
DEMO_FILE = "demo.json"
SHOWN_ACCOUNTS = {
    "police": "民警",
    "auxiliary": "辅警",
    "commander": "指挥",
    "administrator": "管理",
    "auditor": "审计",
}
DOORS = {
    "police": "/officer",
    "auxiliary": "/auxiliary",
    "commander": "/commander",
    "administrator": "/admin",
    "auditor": "/audit",
}


class Account(msgspec.Struct):
    """One sign-in of ``demo.json``."""

    username: str
    password: str
    role: str


class Sticker(msgspec.Struct):
    """One sticker of ``demo.json``."""

    code: str
    plate: str


class Demo(msgspec.Struct):
    """``demo.json`` as far as the greeting needs it."""

    accounts: list[Account] = []
    stickers: list[Sticker] = []


async def all_answer(settings: Settings) -> None:
    """Returns when web and hub, as far as this machine runs them, answer ``/healthz``."""
    ports = {"web": settings.web_port, "hub": settings.hub_port}
    for kind, port in ports.items():
        if settings.processes.get(kind):
            # Another process will answer; nothing but asking tells when.
            while not await is_healthy(settings.bind, port):  # noqa: ASYNC110
                await asyncio.sleep(ASK_AGAIN_SECONDS)


async def is_healthy(address: str, port: int) -> bool:
    """Whether ``/healthz`` there answers 200 in time."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request.encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    return False


def text(settings: Settings, seconds: float) -> str:
    """The greeting, several lines; with the sample city its URLs and sign-ins."""
    demo = _demo(settings)
    lines = [f"五分 Wufen is up ({seconds:.1f} s). Ctrl-C stops it.", ""]
    lines += [f"  {name:<11}{chinese}  {url}" for name, chinese, url in _places(settings, demo)]
    lines += ["", *_sign_ins(demo), f"  {'data':<11}数据  {settings.home}", *_warnings(settings)]
    return "\n".join(["", *lines, ""])


def _demo(settings: Settings) -> Demo:
    """What the sample city left; nothing when there is none or somebody has changed the file's form."""
    try:
        return msgspec.json.decode((settings.home / DEMO_FILE).read_bytes(), type=Demo)
    except (OSError, msgspec.MsgspecError):
        return Demo()


def _places(settings: Settings, demo: Demo) -> list[tuple[str, str, str]]:
    base = settings.public_url
    places = [("officer", "民警", f"{base}/officer"), ("wall", "大屏", f"{base}/wall")]
    if demo.stickers:
        hint = f"{base}/s/{demo.stickers[0].code}   (plate ends in {tail(demo.stickers[0].plate)})"
        return [("requester", "求助", hint), *places, ("phones", "手机", f"{base}/phones")]
    return [("start", "首页", f"{base}/"), *places]


def _sign_ins(demo: Demo) -> list[str]:
    shown: dict[str, str] = {}
    for account in demo.accounts:
        role = account.role
        if role in SHOWN_ACCOUNTS and role not in shown:
            who = f"{account.username} / {account.password}"
            shown[role] = f"  {'sign in':<11}{SHOWN_ACCOUNTS[role]}  {who}   {DOORS[role]}"
    return [*shown.values(), f"  {'all':<11}全部  demo.json in the data folder", ""] if shown else []


def _warnings(settings: Settings) -> list[str]:
    warnings = []
    if not settings.limits:
        warnings.append("ALL LIMITS ARE OFF (WUFEN_LIMITS=off): only for load tests. 所有限制已关闭!")
    public = urlsplit(settings.public_url)
    if public.scheme == "http" and public.hostname not in ("localhost", "127.0.0.1", "::1"):
        warnings.append("Phones give no location to a page without HTTPS. 没有 HTTPS 时手机不提供定位。")
    return ["", *(f"  ! {warning}" for warning in warnings)] if warnings else []
