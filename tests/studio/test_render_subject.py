"""The subject stays in the picture, whatever the shape of the frame and however the camera moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from api import Draft, Motion
from studio.model import RenderOptions
from studio.render import draft_of, probe, render_still
from studio.render.camera import plan_camera
from studio.render.faces import find_faces
from studio.render.saliency import look_at

MOTIONS = ["none", "ken-burns", "zoom-in", "zoom-out", "drift", "parallax"]


def scene(path: Path, size: tuple[int, int], at: tuple[float, float]) -> None:
    """A soft landscape with one sharp, red, speckled ball; at: its middle in 0..1."""
    width, height = size
    rows = np.linspace(90, 150, height)[:, None] + 12 * np.sin(np.linspace(0, 6, width))[None, :]
    pixels = np.stack([rows * 0.8, rows, rows * 0.9], axis=2).astype(np.uint8)
    middle, radius = (int(at[0] * width), int(at[1] * height)), min(size) // 8
    ball = np.zeros((height, width), np.uint8)
    cv2.circle(ball, middle, radius, 255, -1)
    speckles = np.random.default_rng(3).integers(0, 2, (height // 4 + 1, width // 4 + 1), np.uint8) * 60
    speckles = cv2.resize(speckles, (width, height), interpolation=cv2.INTER_NEAREST)
    pixels[ball > 0] = np.stack([195 + speckles, speckles // 3, speckles // 3], axis=2)[ball > 0]
    Image.fromarray(pixels).save(path)


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize(
    ("photo", "frame", "at"),
    [
        ((900, 600), (180, 320), (0.2, 0.5)),  # a landscape photo in an upright film
        ((900, 600), (180, 320), (0.75, 0.4)),
        ((600, 900), (320, 180), (0.5, 0.22)),  # a head in the upper part of an upright photo in a wide film
        ((600, 900), (240, 240), (0.5, 0.2)),
    ],
)
def test_the_subject_is_seen_whole(
    tmp_path: Path, motion: str, photo: tuple[int, int], frame: tuple[int, int], at: tuple[float, float]
) -> None:
    scene(tmp_path / "a.png", photo, at)
    shot = probe(tmp_path / "a.png", "a.png")
    draft = draft_of([shot], seconds=2, width=frame[0], height=frame[1], fps=10, motion=motion)  # type: ignore[arg-type]  # a table of names
    for at_ms in (0, 1000, 1950):
        still = np.asarray(render_still(draft, {shot.id: tmp_path / "a.png"}, RenderOptions(), at_ms=at_ms)).astype(int)
        red = (still[:, :, 0] - still[:, :, 1] > 90).astype(np.uint8)
        _, _, wide, tall = cv2.boundingRect(red)
        assert 0.85 < wide / tall < 1.18, (at_ms, wide, tall)  # a ball that is cut off is no longer round


def portrait(pixels: np.ndarray, middle: tuple[int, int], height: int) -> None:  # type: ignore[type-arg]  # pixels
    """Draw a face looking at us; height: half of its length, px."""
    x, y = middle

    def oval(dx: float, dy: float, wide: float, tall: float, grey: int, arc: tuple[int, int] = (0, 360)) -> None:
        at, axes = (x + int(dx * height), y + int(dy * height)), (int(wide * height), int(tall * height))
        cv2.ellipse(pixels, at, axes, 0, *arc, (grey, grey, grey), -1)

    oval(0, 0, 0.78, 1, 190)
    oval(0, -0.55, 0.85, 0.6, 50, (180, 360))
    for side in (-0.32, 0.32):
        oval(side, -0.33, 0.2, 0.04, 60)
        oval(side, -0.12, 0.2, 0.1, 110)
        oval(side, -0.12, 0.08, 0.08, 30)
    oval(0, 0.22, 0.14, 0.1, 140, (0, 180))
    oval(0, 0.52, 0.3, 0.09, 100)


def test_faces_outweigh_what_is_louder(tmp_path: Path) -> None:
    scene(tmp_path / "a.png", (900, 600), (0.85, 0.5))
    pixels = np.array(Image.open(tmp_path / "a.png"))
    for middle in ((150, 280), (330, 300)):
        portrait(pixels, middle, 70)
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 4)
    faces = sorted(find_faces(np.asarray(grey, np.uint8)), key=lambda face: face.left)
    assert len(faces) == 2
    assert faces[0].left < 100 / 900 < 200 / 900 < faces[0].right
    assert faces[0].top < 215 / 600 and faces[0].bottom > 345 / 600

    saliency = look_at(*(np.asarray(plane, np.uint8) for plane in (grey, pixels[..., 0], pixels[..., 2])))
    assert saliency.narrowest("x", 0.66) >= faces[1].right - faces[0].left
    assert 150 / 900 <= saliency.best("x", 0.4) <= 330 / 900  # between the two, not at the red ball
    first, last = saliency.heads("x")
    assert (first, last) == (faces[0].left, faces[1].right)


def test_a_crop_holds_every_head_that_fits(tmp_path: Path) -> None:
    scene(tmp_path / "a.png", (700, 900), (0.5, 0.8))  # the ball alone would pull the crop down, off the head
    pixels = np.array(Image.open(tmp_path / "a.png"))
    portrait(pixels, (350, 170), 90)
    Image.fromarray(cv2.GaussianBlur(pixels, (0, 0), 3)).save(tmp_path / "a.png")
    shot = probe(tmp_path / "a.png", "a.png")
    draft = draft_of([shot], seconds=2, width=480, height=200, fps=10, motion="zoom-in")
    for at_ms in (0, 1000, 1950):
        still = render_still(draft, {shot.id: tmp_path / "a.png"}, RenderOptions(), at_ms=at_ms).convert("L")
        assert find_faces(np.asarray(still, np.uint8)), at_ms


def test_a_given_focus_wins(tmp_path: Path) -> None:
    scene(tmp_path / "a.png", (900, 300), (0.15, 0.5))
    shot = probe(tmp_path / "a.png", "a.png")
    plain = draft_of([shot], seconds=1, width=120, height=120, fps=10, motion="pan-up").model_dump()
    reds = []
    for focus in ((0.15, 0.5), (0.85, 0.5)):
        meta = {**plain["t"][0]["sg"][0]["m"], "motion": "zoom-in", "focus": focus}
        draft = Draft.model_validate({**plain, "t": [{**plain["t"][0], "sg": [{"d": 1000, "m": meta}]}]})
        still = np.asarray(render_still(draft, {shot.id: tmp_path / "a.png"}, RenderOptions(), at_ms=900)).astype(int)
        reds.append(int((still[:, :, 0] - still[:, :, 1] > 90).sum()))
    assert reds[0] > 300 and reds[0] > 3 * reds[1]


@pytest.mark.parametrize(
    ("motion", "size", "seconds", "all_of_it"),
    [
        ("pan-right", (2400, 400), 5.0, True),
        ("pan-left", (2400, 400), 5.0, True),
        ("pan-down", (400, 1000), 8.0, True),
        ("pan-right", (2400, 400), 1.0, False),  # a second is too short to see it all
        ("pan-right", (1200, 400), 5.0, False),  # no panorama: a walking pace
    ],
)
def test_a_panorama_is_swept_from_end_to_end(
    motion: Motion, size: tuple[int, int], seconds: float, all_of_it: bool
) -> None:
    camera = plan_camera(motion, size, 16 / 9, (0.9, 0.9), seconds=seconds, turn=0)
    left, top, right, bottom = camera.envelope()
    seen = (right - left) / size[0] if size[0] > size[1] else (bottom - top) / size[1]
    assert (seen > 0.99) is all_of_it


def test_parallax_shifts_what_is_near_and_leaves_what_is_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene(tmp_path / "a.png", (960, 540), (0.5, 0.5))
    shot = probe(tmp_path / "a.png", "a.png")
    draft = draft_of([shot], seconds=4, width=320, height=180, fps=10, motion="parallax")

    def seen(at_ms: int) -> tuple[float, np.ndarray]:  # type: ignore[type-arg]  # pixels
        still = np.asarray(render_still(draft, {shot.id: tmp_path / "a.png"}, RenderOptions(), at_ms=at_ms)).astype(int)
        red = still[:, :, 0] - still[:, :, 1] > 90
        return float(np.nonzero(red)[1].mean()), still[:20]

    layered = [seen(at_ms) for at_ms in (1000, 3000)]
    monkeypatch.setattr("studio.render.shot._NEARER", 0.0)
    flat = [seen(at_ms) for at_ms in (1000, 3000)]
    assert abs(layered[0][0] - flat[0][0]) > 3 and abs(layered[1][0] - flat[1][0]) > 3
    assert (layered[0][0] - layered[1][0]) * (flat[0][0] - flat[1][0]) > 0  # the way the far things go, only further
    assert np.abs(layered[0][1] - flat[0][1]).mean() < 3


def test_several_threads_may_look_for_faces_at_once() -> None:
    noise = np.random.default_rng(5).integers(0, 255, (6, 270, 400), dtype=np.uint8)
    alone = [find_faces(plane) for plane in noise]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(find_faces, [*noise, *noise])) == [*alone, *alone]
