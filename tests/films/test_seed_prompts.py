"""The prompts that the skill invites people to try, each to a film that is measured by decoding it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from api import Draft, Segment, TrackType, placed
from skill import FileReady, Skillturn

ROOT = Path(__file__).parents[2]
PRODUCTS = (
    "Take these 8 product photos and create a 15-second promotional video with smooth zoom transitions and a "
    "fast-paced rhythm suitable for Instagram Reels."
)
PORTRAIT = (
    "Animate this single portrait photo with a slow Ken Burns effect and a cinematic fade-in to make it feel like a "
    "movie still."
)
TRAVELS = (
    "Turn my 12 travel photos from Japan into a 30-second highlight reel with a calm, flowing pace and soft "
    "cross-dissolve transitions."
)
LEAST_GROWTH = 0.008  # of log scale between two looks at a photo that is zoomed: 0.8 %

Luma = NDArray[np.uint8]
Film = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Seen:
    """What decoding a film gives. sound: whether there is an audio stream."""

    frames: list[Luma]
    fps: int
    sound: bool

    def at(self, ms: float) -> int:
        return min(len(self.frames) - 1, max(0, round(ms * self.fps / 1000)))


def seen(path: Path) -> Seen:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(stream)]
        return Seen(frames, int(stream.average_rate), bool(container.streams.audio))


@dataclass(frozen=True)
class Shown:
    """A photo on screen. alone: ms while no other picture is mixed in. end: ms when it is gone."""

    segment: Segment
    alone: tuple[int, int]
    end: int


def shown(draft: Draft) -> list[Shown]:
    result, lead_in = [], 0
    for start, end, segment in placed(next(draft.of_type(TrackType.VIDEO))):
        overlap = segment.meta.transition_ms or 0
        result.append(Shown(segment, (start + lead_in, end - overlap), end))
        lead_in = overlap
    return result


def moved(a: Luma, b: Luma) -> tuple[float, float, float]:
    """(log of the scale, shift right, shift down in px at the middle) that lead from a to b, by tracked corners."""
    corners = cv2.goodFeaturesToTrack(a, 400, 0.005, 5)
    assert corners is not None and len(corners) > 20
    there, found, _ = cv2.calcOpticalFlowPyrLK(a, b, corners, None, winSize=(31, 31), maxLevel=4)
    good = found.ravel() == 1
    matrix, inliers = cv2.estimateAffinePartial2D(corners[good], there[good], ransacReprojThreshold=1.5)
    assert matrix is not None and inliers.sum() > 12
    middle = np.array([a.shape[1] / 2, a.shape[0] / 2])
    shift = matrix[:, :2] @ middle + matrix[:, 2] - middle
    return math.log(math.hypot(matrix[0, 0], matrix[1, 0])), float(shift[0]), float(shift[1])


def assert_moves_as_drafted(film: Seen, draft: Draft) -> None:
    """Every photo moves while it is alone, the way its motion says; Ken Burns goes in and out by turns."""
    for turn, photo in enumerate(shown(draft)):
        begin, end = photo.alone
        middle = (begin + end) / 2
        reach = min(600.0, (end - begin) * 0.4)
        growth, across, _ = moved(film.frames[film.at(middle - reach)], film.frames[film.at(middle + reach)])
        motion = photo.segment.meta.motion
        assert motion in ("ken-burns", "zoom-in", "zoom-out", "pan-left", "pan-right"), motion
        if motion in ("pan-left", "pan-right"):
            assert across * (1 if motion == "pan-left" else -1) > 3, (turn, motion, across)
            continue
        way = -1 if motion == "zoom-out" or (motion == "ken-burns" and turn % 2) else 1
        assert growth * way > LEAST_GROWTH, (turn, motion, growth)


def small(frame: Luma) -> NDArray[np.float64]:
    """A frame so coarse that a slow move no longer shows."""
    return cv2.resize(frame, (12, 12), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()


def shares(film: Seen, left: int, mixed: int, right: int) -> tuple[float, float, float]:
    """How much of the frames left and right is in the frame mixed (least squares), and how much is explained."""
    pair = np.stack([small(film.frames[left]), small(film.frames[right])], axis=1)
    target = small(film.frames[mixed])
    solution, *_ = np.linalg.lstsq(pair - 16, target - 16, rcond=None)
    error = np.abs((pair - 16) @ solution - (target - 16)).mean()
    return float(solution[0]), float(solution[1]), float(error)


def assert_size(film: Seen, width: int, height: int, frames: int) -> None:
    assert film.frames[0].shape == (height, width)
    assert len(film.frames) == frames


def assert_lit(film: Seen, begin: int = 0) -> None:
    assert all(frame.mean() > 30 and frame.std() > 8 for frame in film.frames[begin:])


@pytest.mark.anyio
async def test_eight_product_photos_become_a_reel(film: Film, photographs: list[Path]) -> None:
    made = await film(photographs[:8], PRODUCTS, width=270, height=480)
    reel = seen(made.path)
    assert_size(reel, 270, 480, 15 * 30)
    assert not reel.sound
    assert_lit(reel)
    assert_moves_as_drafted(reel, made.draft)
    photos = shown(made.draft)
    assert len(photos) == 8
    assert "slow" not in made.reply.split("Next")[0]
    for photo, after in itertools.pairwise(photos):
        assert photo.segment.meta.transition == "zoom"
        ms = photo.segment.meta.transition_ms or 0
        assert ms <= 400, "fast-paced"
        begin, end = photo.alone
        within, *_ = moved(reel.frames[reel.at(begin + 100)], reel.frames[reel.at(end - 100)])
        a_frame_within = abs(within) / (reel.at(end - 100) - reel.at(begin + 100))
        last = reel.at(end) - 1
        near_the_cut, *_ = moved(reel.frames[last], reel.frames[last + 3])
        assert near_the_cut / 3 > 6 * a_frame_within, (near_the_cut, within)
        first = reel.at(after.alone[0])
        landing, *_ = moved(reel.frames[first - 3], reel.frames[first])
        assert abs(landing) / 3 > 6 * a_frame_within, (landing, within)


@pytest.mark.anyio
async def test_twelve_travel_photos_become_a_calm_highlight_reel(film: Film, photographs: list[Path]) -> None:
    assert len(photographs) == 12
    made = await film(photographs, TRAVELS, width=480, height=270)
    reel = seen(made.path)
    assert_size(reel, 480, 270, 30 * 30)
    assert not reel.sound
    assert_lit(reel)
    assert_moves_as_drafted(reel, made.draft)
    photos = shown(made.draft)
    assert len(photos) == 12
    times = [photo.segment.duration_ms for photo in photos]
    assert max(times) - min(times) < 0.35 * max(times), "a flowing pace is even"
    for photo, after in itertools.pairwise(photos):
        assert photo.segment.meta.transition == "cross-dissolve"
        ms = photo.segment.meta.transition_ms or 0
        assert ms >= 800, "soft"
        left, right = reel.at(photo.alone[1]) - 1, reel.at(after.alone[0]) + 1
        before, behind, error = shares(reel, left, reel.at(photo.alone[1] + ms / 2), right)
        assert 0.35 < before < 0.65 and 0.35 < behind < 0.65, (before, behind)
        assert error < 10, "nothing else is on screen"
        early, late, _ = shares(reel, left, reel.at(photo.alone[1] + ms / 5), right)
        assert early > 0.65 and late < 0.35, "it dissolves little by little"


@pytest.mark.anyio
async def test_a_single_portrait_becomes_a_movie_still(portrait: Path, tmp_path: Path) -> None:
    """The whole way a host goes, in full size: two turns of the skill, and the film is in the folder."""
    async with Skillturn(ROOT, home=tmp_path / "home", backend="local") as skill:
        told = [event async for event in skill.turn(PORTRAIT, files=[portrait], output=tmp_path)]
        assert not [event for event in told if event.kind == "problem"], told
        events = [event async for event in skill.turn("send me the video", output=tmp_path)]
    (ready,) = [event for event in events if isinstance(event, FileReady)]
    assert ready.path
    still = seen(Path(ready.path))
    assert_size(still, 1080, 1920, 6 * 30)
    assert not still.sound
    light = [float(frame.mean()) for frame in still.frames]
    assert light[0] < 18, "it begins in black"
    risen = next(n for n, value in enumerate(light) if value > 0.97 * light[90])
    assert 1.2 < risen / 30 < 2.2, "a cinematic fade takes its time"
    assert all(b >= a - 0.2 for a, b in itertools.pairwise(light[: risen + 1])), "it rises without a flicker"
    assert_lit(still, begin=risen)
    small_frames = [cv2.resize(still.frames[n], (270, 480), interpolation=cv2.INTER_AREA) for n in (70, 100, 130, 170)]
    steps = [moved(a, b)[0] for a, b in itertools.pairwise(small_frames)]
    assert all(step > 0.003 for step in steps), "the camera draws nearer, on and on"
    assert sum(steps) < 0.3, "slowly"
