"""What "all but the third" leaves alone: edits of every photo, narrowed to those not named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .clauses import Clause
from .edits import Edit, OrderClips, SetClipTime, SetMotion, SetTransition
from .mentions import Pick
from .scene import Scene


def only_spares(clause: Clause) -> bool:
    """Whether a clause names photos to leave alone and asks for nothing itself."""
    asks = clause.has("transition", "motion", "still", "duration", "more", "remove", "move", "quote")
    return clause.has("except_for") and bool(_named(clause)) and not asks


def spares_itself(clause: Clause) -> bool:
    """Whether one clause says what all the others get: alle außer dem letzten langsam zoomen."""
    return clause.has("except_for") and bool(_named(clause)) and not clause.has("between")


def without_spared(clause: Clause) -> Clause:
    """The clause as it goes for all the others, where it says itself what those get: 3枚目以外はズームイン."""
    if not spares_itself(clause):
        return clause
    tags = tuple(tag for tag in clause.tags if not ("clips" in tag or "ordinal" in tag))
    return Clause(tags, clause.verbs, clause.after, clause.asked, clause.named, clause.said)


def _named(clause: Clause) -> tuple[Pick, ...]:
    """The photos a clause names, a lone ordinal among them: alle außer dem letzten."""
    ordinal = clause.first("ordinal")
    return clause.picks or ((Pick("at", int(ordinal.number("ordinal"))),) if ordinal is not None else ())


def sparing(edits: Sequence[Edit], clause: Clause, scene: Scene) -> list[Edit]:
    """The edits with the photos (or the joint between two) that the clause names left as they are.

    Raises Unclear for a photo that is not there.
    """
    left = scene.positions(_named(clause))
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
