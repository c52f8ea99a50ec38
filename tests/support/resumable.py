"""A client of resumable uploads, as small as can be: what a phone says, word for word, and nothing it would not say."""

from __future__ import annotations

import base64
import hashlib

import httpx2

PATH = "/api/v1/uploads"
SPEAKS = {"Tus-Resumable": "1.0.0"}


def upload_id(name: str) -> str:
    """As a phone makes one; the same for the same name."""
    return base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()[:26]


def said(**words: str) -> str:
    """``Upload-Metadata``."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())


class Phone:
    """``headers`` say who it is."""

    def __init__(self, client: httpx2.AsyncClient, headers: dict[str, str], purpose: str = "report") -> None:
        self.client, self.headers, self.purpose = client, headers, purpose

    async def begin(self, name: str, size: int, kind: str = "photo", **changes: str) -> httpx2.Response:
        words = {"id": upload_id(name), "purpose": self.purpose, "kind": kind} | changes
        headers = {**self.headers, **SPEAKS, "Upload-Length": str(size), "Upload-Metadata": said(**words)}
        return await self.client.post(PATH, headers=headers)

    async def append(self, name: str, offset: int, content: bytes, **more: str) -> httpx2.Response:
        headers = {
            **self.headers,
            **SPEAKS,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            **more,
        }
        return await self.client.patch(f"{PATH}/{upload_id(name)}", content=content, headers=headers)

    async def offset(self, name: str) -> int:
        answer = await self.client.head(f"{PATH}/{upload_id(name)}", headers={**self.headers, **SPEAKS})
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    async def show(self, name: str) -> httpx2.Response:
        return await self.client.get(f"{PATH}/{upload_id(name)}", headers=self.headers)

    async def give_up(self, name: str) -> httpx2.Response:
        return await self.client.delete(f"{PATH}/{upload_id(name)}", headers={**self.headers, **SPEAKS})

    async def send(self, name: str, content: bytes, kind: str = "photo", **changes: str) -> None:
        """The whole of it at once."""
        begun = await self.begin(name, len(content), kind, **changes)
        assert begun.status_code == 201, begun.text
        answer = await self.append(name, 0, content)
        assert answer.status_code == 204, answer.text
