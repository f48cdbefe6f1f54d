"""The music there was before: go back to the first music, 换回之前的音乐."""

from __future__ import annotations

from ..clauses import Clause
from ..edits import AddMusic, Edit, sounds
from ..scene import Scene, Unclear


def read_earlier_music(clause: Clause, scene: Scene) -> list[Edit]:
    """The edit that brings back music of an earlier draft: the first there was, or the last that was another."""
    if not (clause.has("undo", "bring_back") and clause.has("music")) or clause.has("mood", "own", "music_only"):
        return []
    drafts = scene.history if _first(clause) else tuple(reversed(scene.history))
    now = [(sound.meta.mood, sound.meta.source) for sound in sounds(scene.draft, "music")]
    for draft in drafts:
        for music in sounds(draft, "music")[:1]:
            if (music.meta.mood, music.meta.source) not in now:
                meta = music.meta
                return [AddMusic(meta.mood, meta.source, meta.name, meta.volume, meta.start_ms or 0, meta.from_ms)]
    raise Unclear("nothing_to_undo")


def _first(clause: Clause) -> bool:
    ordinal, number = clause.first("ordinal"), clause.first("number")
    counted = (ordinal is not None and ordinal.number("ordinal") == 1) or (
        number is not None and number.number("number") == 1
    )
    return counted or any(pick.kind == "at" and pick.value == 1 for pick in clause.picks)
