"""Which words on screen are meant, and which photos words are for."""

from __future__ import annotations

import re
from itertools import pairwise

from api import Segment

from ..clauses import Clause
from ..edits import intervals
from ..mentions import Pick
from ..scene import Scene


def text_meant(clause: Clause, present: list[Segment], scene: Scene) -> int:
    """Which of several texts is to read otherwise: the n-th, the one of a photo, the one whose words are named."""
    picks = clause.picks or clause.lone or _counted(clause)
    if not picks:
        said = clause.said
        named = [i for i, t in enumerate(present) if re.search(rf"(?<!\w){re.escape(t.meta.text or '-')}(?!\w)", said)]
        return named[0] if named else 0
    clip = scene.positions(picks[:1])[0]
    start, end = intervals(scene.draft)[clip]
    shown = [i for i, text in enumerate(present) if start <= (text.meta.start_ms or 0) + text.duration_ms / 2 < end]
    return shown[0] if shown else min(clip, len(present) - 1)


def photos_by_ordinal(clause: Clause) -> tuple[Pick, ...]:
    """The photos in 'add "A" to the first, "B" to the last': an ordinal after each quotation, led up to by "to the"."""
    tags = clause.tags
    found, quoted = [], False
    for before, tag in pairwise(tags):
        quoted |= "quote" in before
        led = any(concept in before for concept in ("skip", "to", "at", "article", "move")) or "before_last" in tag
        if quoted and led and "ordinal" in tag and not ("when" in tag and "before_last" not in tag):
            found.append(Pick("at", int(tag.number("ordinal"))))
    return tuple(found)


def _counted(clause: Clause) -> tuple[Pick, ...]:
    """The photo a number right after the noun names: caption 3."""
    for noun, number in zip(clause.tags, clause.tags[1:], strict=False):
        if ("caption" in noun or "title" in noun) and "number" in number and number.number("number") >= 1:
            return (Pick("at", int(number.number("number"))),)
    return ()
