"""What is found on drawn scenes, and what is left of it on the copy that others see."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageChops, ImageEnhance

from models.uploads.areas import Found
from models.uploads.contents import Refused
from models.uploads.covering import covered, with_margin
from models.uploads.likeness import NEAR, apart, likeness_of
from tests.support import photos
from tests.support.faces import face
from tests.support.plates import CONDITIONS, Conditions, numbers, scene, street
from tests.support.videos import video
from workers.examining import faces, plates, videos
from workers.examining.looks import areas_on, examine


def part_covered(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    """How much of ``box`` is of one colour on the covered copy."""
    found = with_margin(plates.plates_on(picture), *picture.size)
    mask = Image.new("L", picture.size)
    for one in found:
        mask.paste(255, (one.left, one.top, one.left + one.width, one.top + one.height))
    values = mask.crop(box).histogram()
    return values[255] / sum(values)


def signs_of(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int]:
    """Where two scenes differ that have another number and nothing else."""
    different = ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > 24 else 0)
    box = different.getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("condition", ["day", "night", "tilt", "aslant", "far", "worst"])
@pytest.mark.parametrize(
    "plate_class", ["ordinary", "ordinary_large_rear", "nev_small", "police", "hk_macau"]
)
def test_the_signs_of_a_plate_are_covered(plate_class: str, condition: str) -> None:
    one, other = (
        scene(number, plate_class, CONDITIONS[condition], seed=3) for number in numbers(plate_class, 2)
    )
    assert part_covered(one, signs_of(one, other)) > 0.93


def test_so_are_those_of_a_small_one_in_the_background() -> None:
    how = Conditions(share=0.035)
    one, other = (scene(number, "ordinary", how, size=(2048, 1536)) for number in numbers("ordinary", 2))
    assert part_covered(one, signs_of(one, other)) > 0.93


@pytest.mark.parametrize("height", [320, 160, 80, 48])
def test_a_face_is_found_and_a_street_has_none(height: int) -> None:
    picture = street((1280, 960), random.Random(2))
    assert faces.faces_on(picture) == []
    picture.paste(face(height), (400, 300))
    (found,) = faces.faces_on(picture)
    eyes = (400 + height * 3 // 8, 300 + height * 178 // 400)
    assert found.left < eyes[0] < found.left + found.width
    assert found.top < eyes[1] < found.top + found.height


def test_of_an_area_nothing_but_one_colour_and_its_edge_is_left() -> None:
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    copy = covered(noise, [(50, 60, 200, 100), (-20, -20, 5_000, 30), (700, 700, 9, 9)])
    assert copy.crop((52, 62, 248, 158)).getcolors() is not None
    assert len(copy.crop((52, 62, 248, 158)).getcolors() or []) == 1
    assert len(copy.crop((2, 2, 398, 8)).getcolors() or []) == 1
    untouched = (260, 60, 400, 300)
    assert ImageChops.difference(copy.crop(untouched), noise.crop(untouched)).getbbox() is None


def test_where_nothing_can_look_for_faces_everything_is_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "is_installed", lambda: False)
    assert areas_on(scene("川TA8P26")) == [Found(0, 0, 1280, 960, "whole")]
    told, blobs = examine({"kind": "photo", "most_seconds": 60}, photos.encoded(scene("川TA8P26")))
    assert [one["found"] for one in told["pictures"]] == [[[0, 0, 1280, 960, "whole", None]]]
    shown = Image.open(io.BytesIO(blobs[2])).crop((8, 8, 1272, 952))
    assert len(shown.getcolors() or []) == 1


def test_where_nothing_can_read_videos_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(videos, "is_installed", lambda: False)
    with pytest.raises(Refused) as refused:
        examine({"kind": "video", "most_seconds": 60}, video(0.5))
    assert refused.value.why == "no_video_here"


def test_an_area_grows_and_stays_inside() -> None:
    grown = with_margin([Found(0, 0, 100, 50, "face"), Found(90, 90, 10, 10, "plate")], 100, 100)
    assert grown == [Found(0, 0, 100, 58, "face"), Found(87, 87, 13, 13, "plate")]


def test_the_same_picture_is_found_again_and_another_is_not() -> None:
    one = scene("川TA8P26")
    same = [
        one.resize((640, 480)),
        ImageEnhance.Brightness(one).enhance(1.2),
        one.crop((6, 6, 1274, 954)),
        one.quantize(32).convert("RGB"),
    ]
    for copy in same:
        assert apart(likeness_of(one), likeness_of(copy)) <= NEAR
    other = Image.effect_noise((400, 300), 90)
    assert apart(likeness_of(one), likeness_of(other)) > NEAR
    assert apart(-1, 0) == 64
    assert -(2**63) <= likeness_of(other) < 2**63
