"""The reader of lettering: finds lines in a picture and tells sign by sign what may stand there.

The only module that knows the library (the extra ``[ocr]``), and runs in a process of its own only (``child``). What a
plate is, is ``models.parking.signs``'s affair.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from rapidocr import RapidOCR

from models.images import FORMATS, LONGEST_EDGE, MOST_PIXELS
from models.parking.signs import ALPHABET, Candidate, Line, candidates, places

Picture: TypeAlias = NDArray[np.uint8]
Quad: TypeAlias = NDArray[np.float32]  # corners from the upper left, clockwise

DETECTION_EDGE = (
    736  # pixels of the longer edge in which lines are looked for; they are read in the whole picture
)
MOST_LINES = 12
ENOUGH = 0.6  # confidence that needs no second look
_PARAMETERS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Global.text_score": 0.0,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Det.limit_side_len": DETECTION_EDGE,
    "Det.limit_type": "max",
}
# Where a second look goes, in widths and heights of a line: wider to both sides, for what was cut off; and above it,
# for the upper row of two, which is small (GA 36-2018: 60 mm over 110).
_WIDER = (-0.2, 1.12, -0.06, 1.06)
_ABOVE = ((0.1, 0.9, -0.52, 0.12), (0.02, 0.98, -0.66, 0.1))
_SQUEEZED = 0.5  # signs of an upper row are wider than tall; those that the library has learnt are not


class UnreadablePicture(ValueError):
    """Not a picture, or too large a one."""


class Engine:
    """Loads its models when it is made, some seconds; a picture takes some tenths of one."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._ocr = RapidOCR(params=_PARAMETERS)
        blank: Picture = np.full((48, 160, 3), 255, np.uint8)
        self._ocr(blank, use_det=False, use_rec=True)  # loads what reads
        self._ocr(blank, use_det=True, use_rec=False)  # and what finds
        recognizer: Any = self._ocr.text_rec
        self._alphabet = list(recognizer.postprocess_op.character)
        self._of_plates = np.array([at for at, sign in enumerate(self._alphabet) if sign in ALPHABET])
        self._seen: NDArray[np.float32] | None = None
        recognizer.postprocess_op = self._listening(recognizer.postprocess_op)

    def read(self, content: bytes) -> list[Candidate]:
        """Plates that stand in a picture (JPEG, PNG, WebP), the likeliest first. Raises UnreadablePicture."""
        picture = opened(content)
        return self._look(picture) or self._look(_middle(picture))

    def _look(self, picture: Picture) -> list[Candidate]:
        lines = [(quad, self._line(picture, quad)) for quad in self._find(picture)]
        found = candidates(line for _, line in lines)
        if not found or found[0].confidence < ENOUGH:
            found = candidates([*(line for _, line in lines), *self._second_looks(picture, lines)])
        return found

    def _second_looks(self, picture: Picture, lines: list[tuple[Quad, Line]]) -> Iterator[Line]:
        for quad, line in lines:
            count = len(places(line))
            if 4 <= count <= 8:
                yield self._line(picture, _part(quad, *_WIDER))
            if 4 <= count <= 6:
                for part in _ABOVE:
                    yield [*self._line(picture, _part(quad, *part), _SQUEEZED), *line]

    def _find(self, picture: Picture) -> list[Quad]:
        """Lines that are no taller than wide, the tallest first: of all lettering a plate that is aimed at is."""
        boxes = getattr(self._ocr(picture, use_det=True, use_rec=False), "boxes", None)
        quads: list[Quad] = [] if boxes is None else [np.asarray(box, np.float32) for box in boxes]
        flat = [quad for quad in quads if _size(quad)[0] >= _size(quad)[1]]
        return sorted(flat, key=lambda quad: -_size(quad)[1])[:MOST_LINES]

    def _line(self, picture: Picture, quad: Quad, squeezed: float = 1.0) -> Line:
        self._seen = None
        self._ocr(_cut(picture, quad, squeezed), use_det=False, use_rec=True)
        return [] if self._seen is None else self._signs(self._seen)

    def _listening(self, decode: Callable[..., Any]) -> Callable[..., Any]:
        """The library tells the likeliest text only; what else each sign may be stands in what it decodes."""

        def listen(seen: NDArray[np.float32], *arguments: Any, **options: Any) -> Any:
            self._seen = seen[0]
            return decode(seen, *arguments, **options)

        return listen

    def _signs(self, seen: NDArray[np.float32]) -> Line:
        """``seen``: steps from left to right by signs. Steps that say the same are one sign; sign 0 is nothing."""
        line: list[dict[str, float]] = []
        best = seen.argmax(axis=1)
        at = 0
        while at < len(best):
            end = at
            while end < len(best) and best[end] == best[at]:
                end += 1
            if best[at] != 0:
                line.append(self._at(seen[at + int(seen[at:end, best[at]].argmax())]))
            at = end
        return line

    def _at(self, step: NDArray[np.float32]) -> dict[str, float]:
        likeliest = self._of_plates[np.argsort(-step[self._of_plates])[:6]]
        chosen = (int(step.argmax()), *(int(sign) for sign in likeliest))
        return {self._alphabet[sign]: float(step[sign]) for sign in chosen if step[sign] > 1e-4}


def opened(content: bytes) -> Picture:
    """Upright, at most ``LONGEST_EDGE`` pixels long, blue before red. Raises UnreadablePicture."""
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise UnreadablePicture("too many pixels")
        picture.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.BILINEAR)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        KeyError,
        IndexError,
        Image.DecompressionBombError,
    ) as e:
        raise UnreadablePicture(type(e).__name__) from None
    return np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])


def _middle(picture: Picture) -> Picture:
    """Where the guide frame is, and twice as large for whoever looks for lines: for a plate that is far away."""
    height, width = picture.shape[:2]
    return np.ascontiguousarray(picture[height // 5 : height * 4 // 5, width // 5 : width * 4 // 5])


def _size(quad: Quad) -> tuple[float, float]:
    """Width and height of a quadrilateral: the longer of two opposite edges."""
    a, b, c, d = quad
    width = max(float(np.linalg.norm(b - a)), float(np.linalg.norm(c - d)))
    height = max(float(np.linalg.norm(d - a)), float(np.linalg.norm(c - b)))
    return width, height


def _part(quad: Quad, left: float, right: float, top: float, bottom: float) -> Quad:
    """Of the quadrilateral's plane what lies from ``left`` to ``right`` of its width, ``top`` to ``bottom`` of its

    height; 0 to 1 is the quadrilateral itself.
    """
    a, b, c, d = quad

    def point(x: float, y: float) -> Any:
        return (a + (b - a) * x) * (1 - y) + (d + (c - d) * x) * y

    return np.asarray(
        [point(left, top), point(right, top), point(right, bottom), point(left, bottom)], np.float32
    )


def _cut(picture: Picture, quad: Quad, squeezed: float = 1.0) -> Picture:
    wide, tall = _size(quad)
    width, height = max(8, round(wide * squeezed)), max(8, round(tall))
    target = np.asarray([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(quad, target)
    cut = cv2.warpPerspective(
        picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)
