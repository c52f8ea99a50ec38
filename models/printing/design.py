"""What a city prints on its stickers beside the QR code; what it does not say is as the product has it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Design:
    """``platform`` is what the city calls the service; ``colour`` is #rrggbb."""

    platform: str
    headline: str = "扫码挪车"
    headline_en: str = "Scan to have this car moved"
    note: str = "号码互不可见"
    colour: str = "#078644"

    @property
    def ink(self) -> tuple[int, int, int]:
        """The colour as red, green and blue, each 0 to 255."""
        red, green, blue = (int(self.colour[at : at + 2], 16) for at in (1, 3, 5))
        return red, green, blue

    @property
    def pale(self) -> tuple[int, int, int]:
        """A fifth of the colour on white: what is past of the ring."""
        red, green, blue = (round(255 - (255 - part) * 0.2) for part in self.ink)
        return red, green, blue
