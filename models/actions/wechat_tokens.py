"""The tokens of an official account, kept where all processes find them."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2

from models.actions.provider_tokens import token
from models.providers.tokens import Fetched
from models.store import Store
from models.wechat.account import Account
from models.wechat.client import fetch_access, fetch_ticket


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """The ``Tokens`` of a client."""

    store: Store
    http: httpx2.AsyncClient
    account: Account

    async def access(self, refused: str | None = None) -> str:
        """Raises ProviderFailure."""

        async def fetch(force: bool) -> Fetched:
            return await fetch_access(self.http, self.account, force)

        return await token(self.store, f"wechat:{self.account.app_id}:access", fetch, refused=refused)

    async def jsapi_ticket(self) -> str:
        """Raises ProviderFailure."""

        async def fetch(_force: bool) -> Fetched:
            return await fetch_ticket(self.http, self.account, self)

        return await token(self.store, f"wechat:{self.account.app_id}:jsapi", fetch)
