"""Two drafts into clauses a person understands: added, removed, moved, retimed, retitled, restyled and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

from api import Draft, Segment, TrackType, placed

from .timeline import label_of, name_of, percent, role_of, seconds

if TYPE_CHECKING:
    from ..handlers.contract import Say

_MANY = 3
"""From here on things are counted instead of named."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A segment with its place: key says which one it is across drafts, label what to call it."""

    key: str
    label: str
    start_ms: int
    end_ms: int
    segment: Segment


def changes(before: Draft, after: Draft, say: Say) -> list[str]:
    """What is different in `after`, the most telling first; [] when a viewer could not tell them apart."""
    clauses = [
        *_pictures(before, after, say),
        *_texts(before, after, say),
        *_sounds(before, after, say),
        *_film(before, after, say),
        *_other_tracks(before, after, say),
    ]
    if not clauses and before != after:
        clauses.append(say("change_other", count=1))
    return clauses


# -- the pictures


def _pictures(before: Draft, after: Draft, say: Say) -> list[str]:
    old, new = _shown(before, TrackType.VIDEO, say), _shown(after, TrackType.VIDEO, say)
    added = _missing(new, old)
    removed = _missing(old, new)
    clauses = []
    if added:
        clauses.append(say("change_added_video", count=len(added), names=_names(added, say)))
    if removed:
        clauses.append(say("change_removed_video", count=len(removed), names=_names(removed, say)))
    pairs = _pairs(old, new)
    clauses += _order(_without(old, removed), _without(new, added), new, say)
    clauses += _times(pairs, say)
    clauses += _grouped(pairs, _motion, _told_motion, say)
    clauses += _grouped(pairs, _transition, _told_transition, say)
    return clauses


def _order(old: Sequence[Shown], new: Sequence[Shown], everywhere: Sequence[Shown], say: Say) -> list[str]:
    """How the clips that stayed were put in another order."""
    was, now = [item.key for item in old], [item.key for item in new]
    if was == now:
        return []
    for item in new:
        rest_was = [key for key in was if key != item.key]
        if rest_was == [key for key in now if key != item.key]:
            position = everywhere.index(item) + 1
            return [say("change_moved", name=item.label, position=position)]
    return [say("change_reordered")]


def _times(pairs: Sequence[tuple[Shown, Shown]], say: Say) -> list[str]:
    retimed = [(old, new) for old, new in pairs if old.segment.duration_ms != new.segment.duration_ms]
    clauses = []
    if len(retimed) >= _MANY:
        clauses.append(say("change_retimed_many", count=len(retimed)))
    else:
        clauses += [
            say(
                "change_retimed",
                name=new.label,
                seconds=seconds(new.segment.duration_ms),
                before=seconds(old.segment.duration_ms),
            )
            for old, new in retimed
        ]
    return clauses


def _motion(segment: Segment) -> str | None:
    return segment.meta.motion


def _transition(segment: Segment) -> str | None:
    return segment.meta.transition


def _grouped(
    pairs: Sequence[tuple[Shown, Shown]],
    of: Callable[[Segment], str | None],
    told: Callable[[str, list[Shown], Say], str],
    say: Say,
) -> list[str]:
    """One clause for every new value, whichever clips took it."""
    groups: dict[str, list[Shown]] = {}
    for old, new in pairs:
        value = of(new.segment)
        if value is not None and value != of(old.segment):
            groups.setdefault(value, []).append(new)
    return [told(value, items, say) for value, items in groups.items()]


def _told_motion(motion: str, items: list[Shown], say: Say) -> str:
    if motion == "none":
        return say("change_motion_none", name=_names(items, say))
    words = say(f"motion_{motion}")
    if len(items) < _MANY:
        return say("change_motion", name=_names(items, say), motion=words)
    return say("change_motion_many", count=len(items), motion=words)


def _told_transition(transition: str, items: list[Shown], say: Say) -> str:
    words = say(f"transition_{transition}")
    if len(items) == 1:
        return say("change_transition_one", name=items[0].label, transition=words)
    return say("change_transition", count=len(items), transition=words)


# -- words on screen


def _texts(before: Draft, after: Draft, say: Say) -> list[str]:
    return [
        *_texts_of_role("title", before, after, say),
        *_texts_of_role("caption", before, after, say),
    ]


def _texts_of_role(role: str, before: Draft, after: Draft, say: Say) -> list[str]:
    old, new = (
        [item for item in _shown(draft, TrackType.TEXT, say, by_text=True) if _is_caption(item) == (role == "caption")]
        for draft in (before, after)
    )
    added, removed = _missing(new, old), _missing(old, new)
    clauses = []
    if len(added) == len(removed) == 1:
        key = "change_retitled" if role == "title" else "change_recaptioned"
        clauses.append(say(key, text=_words(added[0])))
    else:
        clauses += _counted(f"change_added_{role}", role, added, say)
        clauses += _counted(f"change_removed_{role}", role, removed, say)
    for was, now in _pairs(old, new):
        if (was.start_ms, was.end_ms) != (now.start_ms, now.end_ms):
            span = {"start": seconds(now.start_ms), "end": seconds(now.end_ms)}
            clauses.append(say("change_text_time", text=_words(now), **span))
        elif _style(was) != _style(now):
            clauses.append(say("change_restyled", text=_words(now)))
    return clauses


def _counted(key: str, role: str, items: Sequence[Shown], say: Say) -> list[str]:
    if not items:
        return []
    if role == "caption":
        return [say(key, count=len(items))]
    return [say(key, text=_words(item)) for item in items]


def _is_caption(item: Shown) -> bool:
    return item.segment.meta.role == "caption"


def _words(item: Shown) -> str:
    return item.segment.meta.text or item.label


def _style(item: Shown) -> tuple[object, ...]:
    meta = item.segment.meta
    return (meta.position, meta.color, meta.size, meta.animation)


# -- sound


def _sounds(before: Draft, after: Draft, say: Say) -> list[str]:
    old, new = _shown(before, TrackType.AUDIO, say), _shown(after, TrackType.AUDIO, say)
    added, removed = _missing(new, old), _missing(old, new)
    if len(added) == len(removed) == 1:
        return [say("change_music", name=added[0].label)]
    clauses = [_told_sound(item, say) for item in added]
    clauses += [say("change_removed_sound", name=item.label) for item in removed]
    for was, now in _pairs(old, new):
        volume = now.segment.meta.volume
        if volume is not None and volume != was.segment.meta.volume:
            clauses.append(say("change_volume", name=now.label, percent=percent(volume)))
    return clauses


def _told_sound(item: Shown, say: Say) -> str:
    meta = item.segment.meta
    volume = "" if meta.volume is None else say("change_volume_part", percent=percent(meta.volume))
    if meta.mood:
        return say("change_added_music", name=say(f"mood_{meta.mood}"), volume=volume)
    return say("change_added_sound", name=item.label, volume=volume)


# -- the film as a whole


def _film(before: Draft, after: Draft, say: Say) -> list[str]:
    old, new = before.meta, after.meta
    clauses = []
    was, now = before.duration_ms, after.duration_ms
    if was != now and now:
        key = "change_length" if was else "change_length_new"
        clauses.append(say(key, seconds=seconds(now), before=seconds(was)))
    had_shape = before.ready or old.width is not None
    if had_shape and new.width and new.height and (new.width, new.height) != (old.width, old.height):
        clauses.append(say("change_shape", shape=_shape(new.width, new.height)))
    if before.ready and (new.fade_in_ms or 0, new.fade_out_ms or 0) != (old.fade_in_ms or 0, old.fade_out_ms or 0):
        clauses.append(say("change_fades"))
    if new.look != old.look:
        clauses.append(say("change_look", look=new.look) if new.look else say("change_look_none"))
    return clauses


def _shape(width: int, height: int) -> str:
    shared = gcd(width, height)
    across, down = width // shared, height // shared
    pixels = f"{width}×{height}"
    return f"{across}:{down} ({pixels})" if max(across, down) <= 21 else pixels


def _other_tracks(before: Draft, after: Draft, say: Say) -> list[str]:
    known = set(TrackType)
    old, new = (
        sum(1 for track in draft.tracks if track.type not in known and track.segments) for draft in (before, after)
    )
    if new > old:
        return [say("change_added_track")] * (new - old)
    return [say("change_removed_track")] * (old - new)


# -- which segment is which


def _shown(draft: Draft, kind: TrackType, say: Say, *, by_text: bool = False) -> list[Shown]:
    items = []
    for track in draft.of_type(kind):
        role = role_of(track)
        for number, (start_ms, end_ms, segment) in enumerate(placed(track), 1):
            meta = segment.meta if segment.meta.role or role is None else segment.meta.model_copy(update={"role": role})
            known = meta.text if by_text else meta.source or name_of(segment) or meta.mood
            placed_segment = segment.model_copy(update={"meta": meta})
            items.append(Shown(known or f"#{number}", label_of(segment, number, say), start_ms, end_ms, placed_segment))
    return items


def _missing(items: Sequence[Shown], elsewhere: Iterable[Shown]) -> list[Shown]:
    """The items that have no counterpart elsewhere; a source used twice needs two."""
    there = Counter(item.key for item in elsewhere)
    missing = []
    for item in items:
        if there[item.key] > 0:
            there[item.key] -= 1
        else:
            missing.append(item)
    return missing


def _without(items: Sequence[Shown], absent: Sequence[Shown]) -> list[Shown]:
    return [item for item in items if not any(item is gone for gone in absent)]


def _pairs(old: Sequence[Shown], new: Sequence[Shown]) -> list[tuple[Shown, Shown]]:
    """Counterparts, the first of each key with the first."""
    waiting: dict[str, list[Shown]] = {}
    for item in old:
        waiting.setdefault(item.key, []).append(item)
    return [(waiting[item.key].pop(0), item) for item in new if waiting.get(item.key)]


def _names(items: Sequence[Shown], say: Say) -> str:
    return say.listed([item.label for item in items], most=6)
