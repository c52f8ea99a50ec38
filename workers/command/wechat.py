"""What an operator does with a city's official account: give it its menu."""

from __future__ import annotations

from functools import partial
from typing import Any

from models.actions.wechat_tokens import StoredTokens
from models.clock import SystemClock
from models.feed.bell import SilentBell
from models.providers.calls import opened
from models.providers.failures import ProviderFailure
from models.settings import Settings
from models.store import Store
from models.wechat.client import Client
from models.wechat.menu import MenuRefused, buttons
from models.wechat.setup import CHANNEL, official_of
from workers.command.refusals import Refused


async def set_menu(settings: Settings, city: str) -> list[dict[str, Any]]:
    """Gives the account the menu of the modules that are on somewhere, and returns it. Raises Refused."""
    store = Store.open(settings, bell=SilentBell(), clock=SystemClock())
    try:
        await store.configuration.refresh()
        return await menu_of(store, city)
    finally:
        await store.close()


async def menu_of(store: Store, city: str) -> list[dict[str, Any]]:
    """The same with a store that is open."""
    try:
        official = official_of(store.channels.of(city, CHANNEL))
        if official is None:
            raise Refused(f"The city {city} has set up no official account.")
        modules = [
            one for one in ("move_car", "accidents", "reports", "hazards") if store.flags.is_anywhere(one)
        ]
        say = partial(store.texts.of(city).say, "zh")
        menu = buttons(lambda key: say(f"wechat.menu.{key}"), store.settings.public_url, modules)
        async with opened() as http:
            account = official.account
            await Client(http, account, StoredTokens(store, http, account)).set_menu(menu)
    except MenuRefused as refused:
        raise Refused(f"WeChat takes no button called {refused}: it is empty or too long.") from None
    except ProviderFailure as failure:
        raise Refused(f"WeChat did not take the menu: {failure}.") from None
    return menu
