"""Where the sample city's bundle lies, and which of its districts people and stickers belong to."""

from __future__ import annotations

from importlib import resources

from models.city.bundle import Bundle, read

HOME_DISTRICT = "511802"
OTHER_DISTRICT = "511803"


def sample_bundle() -> Bundle:
    """The city of ``yaan.yaml``."""
    return read(resources.files(__package__).joinpath("yaan.yaml").read_bytes())
