"""What the sample city shows without a sign-in to whoever sits at its own machine: the wall and the phones.

Never in production, never through a proxy, never under a name that is not this machine's.
"""

from __future__ import annotations

from starlette.requests import Request

from models.actions.callers import caller_of_token
from models.caller import Wall
from models.errors import Unauthenticated
from models.queries.installation import installation
from web.site import Site
from web.visitor import from_this_machine

WALL_COOKIE = "wufen_wall"


async def shows_samples(request: Request, site: Site) -> bool:
    """Whether this request may see what the sample city shows."""
    if site.settings.production or not from_this_machine(request):
        return False
    return (await installation(site.store)).sample_city


async def local_wall(request: Request, site: Site) -> Wall | None:
    """The wall that this machine's browser opened before, by the cookie of the page."""
    token = request.cookies.get(WALL_COOKIE, "")
    if not token or not await shows_samples(request, site):
        return None
    try:
        caller = await caller_of_token(site.store, token)
    except Unauthenticated:
        return None
    return caller if isinstance(caller, Wall) else None
