"""Where the copy of a photo goes: duplicate 2 and put the copy at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from .clauses import Clause
from .edits import DuplicateClip, Edit

Place = Literal["", "first", "last"]


def place_of_copy(clause: Clause) -> Place:
    """The end of the film a clause names, "" where it names none."""
    named = clause.value("place") or {"start": "first", "end": "last"}.get(clause.value("when"), "")
    return "first" if named == "first" else "last" if named == "last" else ""


def places_copy(clause: Clause, found: Sequence[Edit]) -> bool:
    """Whether a clause only says where the copy just made is to go."""
    made = any(isinstance(edit, DuplicateClip) for edit in found)
    return made and bool(place_of_copy(clause)) and clause.has("twin", "it", "move") and not clause.picks


def with_placed_copy(found: Sequence[Edit], clause: Clause) -> list[Edit]:
    """The edits with the copies at that end."""
    place = place_of_copy(clause)
    return [replace(edit, place=place) if isinstance(edit, DuplicateClip) else edit for edit in found]
