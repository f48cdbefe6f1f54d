"""Looks of colours and looks of the frame go together."""

from __future__ import annotations

import numpy as np

from studio.render.look import finish, grade
from studio.render.planes import Planes


def coloured() -> Planes:
    return Planes(np.full((90, 160), 180, np.uint8), np.full((45, 80), 90, np.uint8), np.full((45, 80), 170, np.uint8))


def test_black_and_white_with_bars_and_dark_corners() -> None:
    frame = grade(coloured(), "mono+letterbox+vignette")
    assert set(np.unique(frame.u)) == set(np.unique(frame.v)) == {128}
    finish(frame, "mono+letterbox+vignette")
    assert set(np.unique(frame.y[:4])) == {16}
    assert 16 < frame.y[45, 2] < frame.y[45, 80] == 180


def test_a_look_of_the_frame_leaves_the_colours() -> None:
    assert int(grade(coloured(), "letterbox").u[0, 0]) == 90
