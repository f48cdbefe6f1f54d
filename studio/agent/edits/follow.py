"""When the photos' times change, what hangs on them follows: music spans the film, captions stay with their photo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from api import Draft, Segment

from .texts import When
from .tracks import changed, pictures, sounds, texts, with_sounds, with_texts

_ROLES: tuple[Literal["title", "caption"], ...] = ("title", "caption")
_SOUNDS: tuple[Literal["music", "voice"], ...] = ("music", "voice")


def followed(before: Draft, after: Draft) -> Draft:
    """`after` with titles, captions and sound placed as they were meant in `before`."""
    if not before.duration_ms or pictures(before) == pictures(after):
        return after
    draft = after
    for role in _ROLES:
        old = texts(draft, role)
        new = [text for text in (_text(text, before, after) for text in old) if text is not None]
        if new != old:
            draft = with_texts(draft, role, new)
    for sound in _SOUNDS:
        heard = sounds(draft, sound)
        fitted = _sounds(heard, before.duration_ms, after.duration_ms)
        if fitted != heard:
            draft = with_sounds(draft, sound, fitted)
    return draft


def _text(text: Segment, before: Draft, after: Draft) -> Segment | None:
    """Where a text belongs now; None when the photo it belonged to is gone."""
    start, total = text.meta.start_ms or 0, after.duration_ms
    end = start + text.duration_ms
    if start == 0 and end == before.duration_ms:
        return changed(text, duration_ms=max(1, total))
    photo = _photo_of(start, text.duration_ms, before)
    if photo is not None:
        now = _where(photo, before, after)
        if now is None:
            return None if text.meta.role == "caption" else _clipped(text, start, total)
        begins, lasts = When("clip", now).on(after)
        return changed(text, duration_ms=lasts, start_ms=begins)
    if end == before.duration_ms and start > 0:
        return changed(
            text, start_ms=max(0, total - text.duration_ms), duration_ms=max(1, min(text.duration_ms, total))
        )
    return _clipped(text, start, total)


def _clipped(text: Segment, start: int, total: int) -> Segment:
    if start + text.duration_ms <= total:
        return text
    start = min(start, max(0, total - text.duration_ms))
    return changed(text, start_ms=start, duration_ms=max(1, min(text.duration_ms, total - start)))


def _photo_of(start: int, duration: int, draft: Draft) -> int | None:
    for index in range(len(pictures(draft))):
        if When("clip", index).on(draft) == (start, duration):
            return index
    return None


def _where(photo: int, before: Draft, after: Draft) -> int | None:
    """The photo's new position: the n-th showing of its source is followed, else the position itself."""
    was, now = pictures(before), pictures(after)
    source = was[photo].meta.source
    nth = sum(1 for segment in was[:photo] if segment.meta.source == source)
    places = [index for index, segment in enumerate(now) if segment.meta.source == source]
    return places[nth] if nth < len(places) else None


def _sounds(segments: Sequence[Segment], was: int, now: int) -> list[Segment]:
    result = []
    for segment in segments:
        start = segment.meta.start_ms or 0
        begins = min(start, max(0, now - 1))
        lasts = now - begins if start + segment.duration_ms >= was else min(segment.duration_ms, now - begins)
        moved = {} if begins == start else {"start_ms": begins}
        result.append(changed(segment, duration_ms=max(1, lasts), **moved))
    return result
