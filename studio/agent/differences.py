"""What differs between two drafts, as values a reply can be worded from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api import Draft, Segment

from .edits import intervals, is_clip, overlap, own_times, pictures, sounds, texts
from .edits.tracks import TextRole

_ROLES: tuple[TextRole, ...] = ("title", "caption")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. key: the message that tells it; values: what the message is filled with."""

    key: str
    values: dict[str, Any]


def differences(before: Draft, after: Draft) -> list[Change]:
    """Everything that changed, in the order a person would tell it."""
    found = [*_photos(before, after), *_film(before, after)]
    found += [*_motion(before, after), *_transitions(before, after), *_times(before, after)]
    found = _merged(found)
    for role in _ROLES:
        found += _texts(role, before, after)
    found += _clip_sound(before, after) + _music(before, after) + _voice(before, after)
    if after.meta.on_beat and not before.meta.on_beat:
        found.append(Change("on_beat", {}))
    return found


def _merged(found: list[Change]) -> list[Change]:
    """A new length and what it means for each photo are one thing to say."""
    length = next((change for change in found if change.key == "length"), None)
    each = next((change for change in found if change.key == "time_each"), None)
    if length is None or each is None:
        return found
    both = Change("length_each", {**length.values, "each": each.values["ms"]})
    return [both if change is length else change for change in found if change is not each]


def _sources(draft: Draft) -> list[str]:
    return [segment.meta.source or "" for segment in pictures(draft)]


def _photos(before: Draft, after: Draft) -> list[Change]:
    old, new = _sources(before), _sources(after)
    if old == new:
        return []
    differing = [index for index, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]]
    if len(old) == len(new) and len(differing) == 1:
        at = differing[0]
        return [Change("photo_replaced", {"n": at + 1, "name": pictures(after)[at].meta.name or ""})]
    added = [index + 1 for index, source in enumerate(new) if new[: index + 1].count(source) > old.count(source)]
    gone = [index + 1 for index, source in enumerate(old) if old[: index + 1].count(source) > new.count(source)]
    found = []
    if gone:
        found.append(Change("photos_removed", {"numbers": gone, "count": len(new)}))
    if added:
        at_end = added == list(range(len(new) - len(added) + 1, len(new) + 1))
        key = "photos_added" if at_end else "photos_inserted"
        found.append(Change(key, {"added": len(added), "numbers": added, "count": len(new)}))
    if not added and not gone:
        found.append(_reordered(old, new, pictures(after)))
    return found


def _reordered(old: Sequence[str], new: Sequence[str], segments: Sequence[Segment]) -> Change:
    if list(reversed(old)) == list(new):
        return Change("order_reversed", {})
    moved = [index for index, source in enumerate(new) if old[index] != source]
    if len(moved) == 2:
        return Change("photos_swapped", {"left": moved[0] + 1, "right": moved[1] + 1})
    for index, source in enumerate(new):
        rest = [item for at, item in enumerate(new) if at != index]
        was = old.index(source)
        if rest == [item for at, item in enumerate(old) if at != was]:
            return Change("photo_moved", {"n": was + 1, "to": index + 1, "name": segments[index].meta.name or ""})
    return Change("order_changed", {"names": [segment.meta.name or "?" for segment in segments][:8]})


def _film(before: Draft, after: Draft) -> list[Change]:
    found = []
    was, now = before.meta, after.meta
    if (was.width, was.height) != (now.width, now.height) and now.width and now.height:
        found.append(Change("shape", {"width": now.width, "height": now.height}))
    if was.fps != now.fps and now.fps:
        found.append(Change("rate", {"fps": now.fps}))
    if before.duration_ms != after.duration_ms and after.duration_ms:
        found.append(Change("length", {"ms": after.duration_ms, "was": before.duration_ms}))
    if was.fade_in_ms != now.fade_in_ms:
        found.append(Change("fade_in" if now.fade_in_ms else "no_fade_in", {"ms": now.fade_in_ms or 0}))
    if was.fade_out_ms != now.fade_out_ms:
        found.append(Change("fade_out" if now.fade_out_ms else "no_fade_out", {"ms": now.fade_out_ms or 0}))
    if was.look != now.look:
        found.append(Change("look" if now.look else "no_look", {"look": now.look or ""}))
    if bool(was.loop) != bool(now.loop):
        found.append(Change("loop" if now.loop else "no_loop", {}))
    return found


def _by_source(before: Draft, after: Draft) -> list[tuple[int, Segment, Segment]]:
    """(number now, as it was, as it is) for the photos in both."""
    left = pictures(before)
    pairs = []
    for number, segment in enumerate(pictures(after), start=1):
        index = next((i for i, old in enumerate(left) if old.meta.source == segment.meta.source), None)
        if index is not None:
            pairs.append((number, left.pop(index), segment))
    return pairs


def _motion(before: Draft, after: Draft) -> list[Change]:
    moved = [
        (n, new.meta.motion or "none")
        for n, old, new in _by_source(before, after)
        if old.meta.motion != new.meta.motion
    ]
    if not moved:
        return []
    kinds = {kind for _, kind in moved}
    now = {segment.meta.motion for segment in pictures(after)}
    if len(now) == 1 and len(kinds) == 1:
        return [Change("motion_all", {"motion": kinds.pop()})]
    return [
        Change("motion_some", {"motion": kind, "numbers": [n for n, k in moved if k == kind]}) for kind in sorted(kinds)
    ]


def _transitions(before: Draft, after: Draft) -> list[Change]:
    was, now = pictures(before)[:-1], pictures(after)[:-1]
    if not now or len(was) != len(now):
        return []
    joints = [((a.meta.transition, overlap(a)), (b.meta.transition, overlap(b))) for a, b in zip(was, now, strict=True)]
    new = [(n, pair[1]) for n, pair in enumerate(joints, start=1) if _differ(*pair)]
    if not new:
        return []
    kinds = {pair[1][0] for pair in joints}
    lengths = {pair[1][1] for pair in joints}
    if len(kinds) == 1:
        kind = kinds.pop() or "cut"
        return [Change("cuts_all" if kind == "cut" else "transition_all", {"transition": kind, "ms": max(lengths)})]
    by_kind: dict[str, list[tuple[int, int]]] = {}
    for n, joint in new:
        by_kind.setdefault(joint[0] or "cut", []).append((n, joint[1]))
    return [
        Change("transition_some", {"transition": name, "numbers": [n for n, _ in some], "ms": some[0][1]})
        for name, some in by_kind.items()
    ]


def _differ(was: tuple[str | None, int], now: tuple[str | None, int]) -> bool:
    """Whether a transition is another one; a few milliseconds are rounding."""
    return was[0] != now[0] or abs(was[1] - now[1]) > 60


def _times(before: Draft, after: Draft) -> list[Change]:
    """Single photos whose time changed while the others' did not."""
    pairs = _by_source(before, after)
    was, now = _own(before), _own(after)
    changed = [(n, now[id(new)]) for n, old, new in pairs if abs(was[id(old)] - now[id(new)]) > 40]
    if not changed:
        return []
    if len(changed) == len(pairs):
        times = [ms for _, ms in changed]
        even = max(times) - min(times) <= 40
        return [Change("time_each", {"ms": round(sum(times) / len(times))})] if even and len(times) > 1 else []
    if len(changed) > max(1, len(pairs) // 2):
        return []
    return [Change("time_some", {"numbers": [n for n, _ in changed], "ms": changed[0][1]})]


def _own(draft: Draft) -> dict[int, int]:
    segments = pictures(draft)
    return {id(segment): ms for segment, ms in zip(segments, own_times(segments), strict=True)}


def _texts(role: TextRole, before: Draft, after: Draft) -> list[Change]:
    was, now = texts(before, role), texts(after, role)
    old, new = [t for t in was if t not in now], [t for t in now if t not in was]
    if len(new) == len(old) == 1 or (new and len(new) == len(old)):
        pairs = list(zip(old, new, strict=True))
        paced = pictures(before) != pictures(after)
        key, photos = f"{role}_changed", _photos_of(after) if role == "caption" and len(now) > 1 else {}
        told = [
            Change(
                "caption_changed_photo" if (photo := photos.get(b.meta.start_ms or 0)) else key,
                {**_text_values(b), **_size(a, b), **({"n": photo} if photo else {})},
            )
            for a, b in pairs
            if _retold(a, b, paced)
        ]
        return told[:3]
    if new and len(new) > 3:
        return [Change(f"{role}s_added", {"added": len(new)})]
    if new:
        return [Change(_added(role, text), _text_values(text)) for text in new]
    gone = "credits" if old and all(_layout(text) == "credits" for text in old) else f"{role}s"
    return [Change(f"{gone}_removed", {"removed": len(old)})] if old else []


def _photos_of(draft: Draft) -> dict[int, int]:
    """The number of the photo each caption begins with, by when that is."""
    spans = intervals(draft)
    starts = [text.meta.start_ms or 0 for text in texts(draft, "caption")]
    return {at: max(n for n, (begin, _) in enumerate(spans, 1) if begin <= at) for at in starts if spans}


def _layout(text: Segment) -> str:
    return str((text.meta.model_extra or {}).get("style", ""))


def _added(role: TextRole, text: Segment) -> str:
    """The message for new words; those with a layout of their own have one of their own."""
    layout = _layout(text)
    return f"{layout.replace('-', '_')}_added" if layout in ("lower-third", "credits") else f"{role}_added"


def _retold(a: Segment, b: Segment, paced: bool) -> bool:
    """A text that only followed its photo is not worth a sentence. paced: the photos' own times changed."""
    style = [(t.meta.text, t.meta.position, t.meta.color, t.meta.size, t.meta.animation) for t in (a, b)]
    moved = (a.meta.start_ms or 0) != (b.meta.start_ms or 0) or a.duration_ms != b.duration_ms
    return style[0] != style[1] or (moved and not paced)


def _size(a: Segment, b: Segment) -> dict[str, Any]:
    was, now = a.meta.size or 0.0, b.meta.size or 0.0
    return {"size": "bigger" if now > was else "smaller" if now < was else ""}


def _text_values(text: Segment) -> dict[str, Any]:
    start = text.meta.start_ms or 0
    return {
        "text": (text.meta.text or "").replace("\n", " / "),
        "start": start,
        "end": start + text.duration_ms,
        "position": text.meta.position or "center",
        "color": text.meta.color or "",
    }


def _music(before: Draft, after: Draft) -> list[Change]:
    was, now = sounds(before, "music")[:1], sounds(after, "music")[:1]
    if not now:
        return [Change("music_removed", {})] if was else []
    new, values = now[0], {"mood": now[0].meta.mood or "", "name": now[0].meta.name or "", "volume": now[0].meta.volume}
    kind = "file" if new.meta.source else "mood"
    offset = [Change("music_from", {"ms": new.meta.from_ms})] if new.meta.from_ms else []
    if not was:
        late = [Change("music_start", {"ms": new.meta.start_ms})] if new.meta.start_ms else []
        return [Change(f"music_{kind}_added", values), *late, *offset]
    old = was[0]
    if (old.meta.mood, old.meta.source) != (new.meta.mood, new.meta.source):
        return [Change(f"music_{kind}_added", values)]
    found = offset if old.meta.from_ms != new.meta.from_ms else []
    if old.meta.volume != new.meta.volume:
        found.append(Change("volume" if new.meta.volume else "muted", values))
    if old.meta.fade_in_ms != new.meta.fade_in_ms:
        found.append(Change("music_fade_in", {"ms": new.meta.fade_in_ms or 0}))
    if old.meta.fade_out_ms != new.meta.fade_out_ms:
        found.append(Change("music_fade_out", {"ms": new.meta.fade_out_ms or 0}))
    if old.meta.start_ms != new.meta.start_ms:
        found.append(Change("music_start", {"ms": new.meta.start_ms or 0}))
    return found


def _clip_sound(before: Draft, after: Draft) -> list[Change]:
    levels = {
        new.meta.volume or 0.0
        for _, old, new in _by_source(before, after)
        if is_clip(old) and is_clip(new) and old.meta.volume != new.meta.volume
    }
    return [Change("clip_sound" if level else "clip_silent", {"volume": level}) for level in sorted(levels)]


def _voice(before: Draft, after: Draft) -> list[Change]:
    was, now = sounds(before, "voice"), sounds(after, "voice")
    if [(v.meta.text, v.meta.source) for v in was] == [(v.meta.text, v.meta.source) for v in now]:
        return _voice_changed(was[0], now[0]) if was and now else []
    if not now:
        return [Change("voice_removed", {})]
    text, name = now[0].meta.text, now[0].meta.name
    late = [Change("voice_start", {"ms": now[0].meta.start_ms})] if now[0].meta.start_ms else []
    return [Change("voice_added", {"text": text}) if text else Change("voice_recorded", {"name": name or ""}), *late]


def _voice_changed(was: Segment, now: Segment) -> list[Change]:
    """The same voice at another time or level."""
    found = []
    if was.meta.volume != now.meta.volume:
        found.append(Change("voice_volume", {"volume": now.meta.volume}))
    if (was.meta.start_ms or 0) != (now.meta.start_ms or 0):
        found.append(Change("voice_start", {"ms": now.meta.start_ms or 0}))
    return found
