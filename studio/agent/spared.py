"""What "all but the third" leaves alone: edits of every photo, narrowed to those not named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .clauses import Clause
from .edits import Edit, OrderClips, SetClipTime, SetMotion, SetTransition
from .scene import Scene


def only_spares(clause: Clause) -> bool:
    """Whether a clause names photos to leave alone and asks for nothing itself."""
    asks = clause.has("transition", "motion", "still", "duration", "more", "remove", "move", "quote")
    return clause.has("except_for") and bool(clause.picks) and not asks


def sparing(edits: Sequence[Edit], clause: Clause, scene: Scene) -> list[Edit]:
    """The edits with the photos (or the joint between two) that the clause names left as they are.

    Raises Unclear for a photo that is not there.
    """
    left = scene.positions(clause.picks)
    between = len(left) == 2 and abs(left[0] - left[1]) == 1 and clause.has("between", "transition_noun", "after")
    joints = (min(left),) if between else left
    return [_narrowed(edit, left, joints, len(scene.segments)) for edit in edits]


def _narrowed(edit: Edit, left: Sequence[int], joints: Sequence[int], count: int) -> Edit:
    if isinstance(edit, SetTransition) and edit.after is None:
        return replace(edit, after=tuple(index for index in range(count - 1) if index not in joints))
    if isinstance(edit, OrderClips) and len(edit.order) == count:
        moving = iter(index for index in edit.order if index not in left)
        return replace(edit, order=tuple(index if index in left else next(moving) for index in range(count)))
    if isinstance(edit, SetMotion | SetClipTime) and edit.clips is None:
        return replace(edit, clips=tuple(index for index in range(count) if index not in left))
    return edit
