"""Whatever looks like a number plate on a picture, so that it can be covered: by the colours of GA 36-2018, and by the

close upright strokes of lettering in a long low field. It finds too much rather than too little, and reads nothing.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from PIL import Image

from models.uploads.areas import Found

LOOKED_AT = 1280  # pixels of the longer edge
FLATTEST, TALLEST = 6.5, 1.4  # width by height: plates of one and two rows, seen aslant too
SMALLEST = 14  # pixels wide at that size: nothing narrower can be read
MOST = 60  # areas: a wall of shop signs is covered as far as that
_STROKES = 0.06  # part of a field's pixels that lie on strong upright edges
# Hue (0 to 180), saturation and value in OpenCV's numbers: blue, yellow, and the green of new-energy plates.
_GROUNDS = (((98, 80, 30), (128, 255, 255)), ((14, 80, 40), (36, 255, 255)), ((38, 35, 40), (88, 255, 255)))


def is_installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("cv2", "numpy"))


def plates_on(picture: Image.Image) -> list[Found]:
    """In pixels of ``picture``; some 0.1 s of a core."""
    import cv2
    import numpy as np

    scale = max(1.0, max(picture.size) / LOOKED_AT)
    small = picture.convert("RGB").resize((int(picture.width / scale), int(picture.height / scale)))
    pixels: Any = np.asarray(small)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    edges = cv2.convertScaleAbs(cv2.Sobel(grey, cv2.CV_16S, 1, 0, ksize=3))
    strong: Any = (edges > max(60, float(edges.mean()) * 2.5)).astype(np.uint8)
    boxes = [*_by_colour(cv2, np, pixels, strong), *_by_strokes(cv2, np, strong)]
    merged = _merged(sorted(boxes, key=lambda box: -box[2] * box[3]))[:MOST]
    return [
        Found(int(x * scale), int(y * scale), int(w * scale) + 1, int(h * scale) + 1, "plate", None)
        for x, y, w, h in merged
    ]


Box = tuple[int, int, int, int]


def _by_colour(cv2: Any, np: Any, pixels: Any, strong: Any) -> list[Box]:
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    found = []
    for low, high in _GROUNDS:
        mask = cv2.inRange(hsv, np.array(low), np.array(high))
        for across in (7, 15):
            closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, across), np.uint8))
            opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 5), np.uint8))
            found += _fields(cv2, np, opened, strong, fill=0.45)
    return found


def _by_strokes(cv2: Any, np: Any, strong: Any) -> list[Box]:
    found = []
    for across, down in ((9, 3), (17, 3), (27, 5), (45, 7)):
        closed = cv2.morphologyEx(strong * 255, cv2.MORPH_CLOSE, np.ones((down, across), np.uint8))
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((max(3, down), across // 2), np.uint8))
        found += _fields(cv2, np, opened, strong, fill=0.5)
    return found


def _fields(cv2: Any, np: Any, mask: Any, strong: Any, fill: float) -> list[Box]:
    """Long low fields of a mask that hold strokes, as upright boxes."""
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    whole = mask.shape[0] * mask.shape[1]
    found = []
    for contour in contours:
        (_, (width, height), _) = cv2.minAreaRect(contour)
        long, short = max(width, height), max(1.0, min(width, height))
        if long < SMALLEST or not TALLEST <= long / short <= FLATTEST or long * short > whole * 0.12:
            continue
        if cv2.contourArea(contour) < fill * long * short:
            continue
        x, y, w, h = (int(part) for part in cv2.boundingRect(contour))
        if w >= h and float(strong[y : y + h, x : x + w].mean()) >= _STROKES:
            found.append((x, y, w, h))
    return found


def _merged(boxes: list[Box]) -> list[Box]:
    """Without those that lie mostly inside one that is there already."""
    kept: list[Box] = []
    for x, y, w, h in boxes:
        inside = any(
            max(0, min(x + w, a + c) - max(x, a)) * max(0, min(y + h, b + d) - max(y, b)) > 0.8 * w * h
            for a, b, c, d in kept
        )
        if not inside:
            kept.append((x, y, w, h))
    return kept
