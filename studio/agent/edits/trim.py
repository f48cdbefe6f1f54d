"""Taking a stretch off the beginning or the end of the film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from api import Draft, Segment

from .timing import LEAST_MS, fitted, least_length
from .tracks import changed, intervals, is_clip, pictures, rate, with_pictures


@dataclass(frozen=True, slots=True)
class TrimFilm:
    """Cut head_ms off the beginning and tail_ms off the end; photos that lie wholly in there are gone."""

    name: ClassVar[str] = "trim_film"
    head_ms: int = 0
    tail_ms: int = 0

    def apply(self, draft: Draft) -> Draft:
        begin, stop = self.head_ms, draft.duration_ms - self.tail_ms
        kept = []
        for (start, end), segment in zip(intervals(draft), pictures(draft), strict=True):
            shown = min(end, stop) - max(start, begin)
            if shown >= LEAST_MS:
                kept.append(_shortened(segment, shown, max(0, begin - start)))
        if not kept or stop - begin < least_length(len(kept)):
            return draft
        return with_pictures(draft, fitted(kept, stop - begin, rate(draft)))


def _shortened(segment: Segment, shown_ms: int, skipped_ms: int) -> Segment:
    """A clip loses its own beginning; a photo only time."""
    meta: dict[str, Any] = (
        {"from_ms": (segment.meta.from_ms or 0) + skipped_ms} if is_clip(segment) and skipped_ms else {}
    )
    return changed(segment, duration_ms=shown_ms, **meta)
