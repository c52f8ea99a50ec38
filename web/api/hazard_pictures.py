"""Covered copies of hazards' photos for everybody, by a link that is told with the hazard (Open311's media_url)."""

from __future__ import annotations

from models.actions import sight
from models.errors import NotFound, TooManyRequests
from web import whereabouts
from web.answers import Answer, FileAnswer
from web.endpoint import Call, Endpoint, Nothing
from web.pictures import picture_unless_known
from web.signing import SHOWN
from web.site import Site

PATH = "/api/v1/hazard-pictures"


def link(site: Site, picture_id: str) -> str:
    """The address of a picture. Nobody makes one but us: a picture's id alone opens nothing."""
    return f"{site.settings.public_url.rstrip('/')}{PATH}/{site.signer.sign(SHOWN, picture_id)}"


async def look(call: Call[Nothing]) -> Answer | FileAnswer:
    site = call.site
    if site.settings.limits:
        site.shown.count(call.address, call.now)
    picture_id = site.signer.verify(SHOWN, call.path("link"))
    if picture_id is None:
        raise NotFound
    row = await sight.shown(site.store, picture_id)
    # Caches may keep it and ask again each time: what an officer covers later is not seen a second longer.
    return await picture_unless_known(call, row.covered, for_all=True)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path=PATH + "/{link}",
        name="hazard_picture",
        handler=look,
        summary="The copy of a hazard's photo on which faces and plates are covered, for anybody who was told its link;"
        " none while it is drawn anew, and none of a hazard that was rejected.",
        module="hazards",
        where=whereabouts.to_its_end,
        answers={200: None},
        errors=(NotFound, TooManyRequests),
        media="image/jpeg",
    ),
]
