"""64 bits that stay nearly the same when a picture is scaled, brightened or compressed again ("dHash"): signs of the

differences between neighbouring pixels of a very small copy. For finding the same picture again, never for a proof.
"""

from __future__ import annotations

from PIL import Image

# Of 64 bits: two copies of one picture differ in fewer, two pictures hardly ever.
NEAR = 10
_SIGN = 1 << 63


def likeness_of(picture: Image.Image) -> int:
    """As a signed number of 64 bits, which every database keeps."""
    small = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    pixels = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (pixels[at] > pixels[at + 1])
    return bits - (1 << 64) if bits & _SIGN else bits


def apart(one: int, other: int) -> int:
    """In how many of the 64 bits two differ."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()
