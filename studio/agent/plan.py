"""Clauses into edits, edits into the next draft: in an order that makes numbers mean what the user saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from api import Draft

from . import edits as e
from .clauses import Clause
from .readers import READERS, shape
from .scene import Scene, Unclear, orientation

_RANKS: Sequence[tuple[type, ...]] = (
    (e.SetShape, e.SetRate),
    (e.SetMotion,),
    (e.SetPace,),
    (e.SetTransition,),
    (e.SetClipTime,),
    (e.ReplaceClip,),
    (e.SwapClips, e.MoveClip, e.OrderClips, e.AddClips, e.DuplicateClip, e.BringBack),
    (e.RemoveClips,),
    (e.TrimFilm,),
    (e.SetLength,),
    (e.AddMusic,),
    (e.CutOnBeats,),
)
_PER_PHOTO_MS, _PER_PHOTO_OF_MANY_MS, _SINGLE_MS = 3000, 2500, 6000
_MANY = 6
_WITH_A_BEAT = "upbeat"
_ALIVE_OTHERWISE = ("motion", "pace", "music", "clip", "more", "smooth", "duration")
REFUSED = ("retouch", "generate", "overlay", "transcribe", "font")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message asks for. unclear: what could not be carried out, with the clause it stood in."""

    edits: tuple[e.Edit, ...]
    unclear: tuple[Unclear, ...] = ()


def read(clauses: Iterable[Clause], scene: Scene) -> Reading:
    """All edits of a message, in the order they are to be made."""
    found: list[e.Edit] = []
    unclear: list[Unclear] = []
    for clause in clauses:
        clause.taken.clear()
        if refusal(clause):
            continue
        try:
            for reader in READERS:
                found.extend(reader(clause, scene))
        except Unclear as problem:
            unclear.append(problem)
    return Reading(tuple(_arranged(found, scene)), tuple(unclear))


def refusal(clause: Clause) -> str:
    """What a clause asks for that cannot be done, or ""."""
    if clause.has("link"):
        return "link"
    if clause.has("quote") or (clause.asked and clause.has("ask")):
        return ""
    for key in REFUSED:
        if clause.has(key):
            return key
    plain = clause.has("create") and clause.value("act") == "act" and not clause.has(*_ALIVE_OTHERWISE)
    if (clause.has("person") or plain) and clause.has("act") and not clause.has("film", "voice", "transition", "title"):
        return "act"
    return ""


def _arranged(found: list[e.Edit], scene: Scene) -> list[e.Edit]:
    def rank(edit: e.Edit) -> int:
        return next((n for n, kinds in enumerate(_RANKS) if isinstance(edit, kinds)), len(_RANKS))

    removed = [edit for edit in found if isinstance(edit, e.RemoveClips)]
    if len(removed) > 1:
        clips = tuple(sorted({index for edit in removed for index in edit.clips}))
        found = [edit for edit in found if not isinstance(edit, e.RemoveClips)] + [e.RemoveClips(clips)]
    if any(isinstance(edit, e.CutOnBeats) for edit in found) and not (
        e.sounds(scene.draft, "music") or any(isinstance(edit, e.AddMusic) for edit in found)
    ):
        found = [*found, e.AddMusic(mood=_WITH_A_BEAT)]
    lengths = [edit for edit in found if isinstance(edit, e.SetLength)]
    held = [i for edit in found if isinstance(edit, e.SetClipTime) for i in edit.clips or () if not edit.added]
    if lengths and (clips := _kept_whole(lengths[-1].ms, scene)):
        held.extend(clips)
    if lengths:
        found = [edit for edit in found if not isinstance(edit, e.SetLength)]
        found.append(replace(lengths[-1], held=() if removed else tuple(held)))
        found = [replace(edit, keep_length=True) if isinstance(edit, e.SetPace) else edit for edit in found]
    paces = [edit for edit in found if isinstance(edit, e.SetPace)]
    shapes = [edit for edit in found if isinstance(edit, e.SetShape)]
    orders = [edit for edit in found if isinstance(edit, e.OrderClips) and len(edit.order) == len(scene.segments)]
    dropped = {id(edit) for edit in (*paces[1:], *shapes[:-1], *orders[:-1])}
    return sorted((edit for edit in found if id(edit) not in dropped), key=rank)


def _kept_whole(ms: int, scene: Scene) -> tuple[int, ...]:
    """The video clips that keep their time in a film of this length: all, where photos keep a second each."""
    taken = sum(scene.segments[index].duration_ms for index in scene.clips)
    photos = len(scene.segments) - len(scene.clips)
    return scene.clips if photos and ms - taken >= photos * 1000 else ()


def carried_out(draft: Draft, edits: Iterable[e.Edit]) -> tuple[Draft, tuple[str, ...]]:
    """The draft after the edits, and the names of those that changed something.

    Photos are numbered as the user saw them, before the first edit of the message moved any.
    """
    names: list[str] = []
    seen = _keys(draft)
    for edit in edits:
        new = _renumbered(edit, seen, _keys(draft)).apply(draft)
        if new != draft:
            names.append(edit.name)
            draft = e.followed(draft, new)
    if draft.meta.on_beat and "cut_on_beats" not in names:
        draft = e.followed(draft, e.CutOnBeats().apply(draft))
    return draft, tuple(names)


def _keys(draft: Draft) -> list[tuple[str, int]]:
    """Each photo by its source and which showing of it this is."""
    sources = [segment.meta.source or "" for segment in e.pictures(draft)]
    return [(source, sources[:index].count(source)) for index, source in enumerate(sources)]


def _renumbered(edit: e.Edit, seen: Sequence[tuple[str, int]], now: Sequence[tuple[str, int]]) -> e.Edit:
    if not isinstance(edit, e.RemoveClips | e.MoveClip) or seen == now:
        return edit
    clips = tuple(now.index(seen[index]) for index in edit.clips if seen[index] in now)
    return replace(edit, clips=clips)


def first_draft(scene: Scene) -> tuple[e.Edit, ...]:
    """The edits that make a film of all photos where nothing else was said."""
    shapes = [orientation(item) for item in scene.images]
    wide, tall = shapes.count("landscape"), shapes.count("portrait")
    across, down = (1, 1) if shapes.count("square") > max(wide, tall) else (9, 16) if tall > wide else (16, 9)
    return (
        e.SetShape(*_pixels(across, down)),
        e.SetRate(30),
        e.AddClips(scene.sources),
        *(() if scene.clips_sent else (e.SetLength(usual_length(len(scene.images))),)),
    )


def _pixels(across: int, down: int) -> tuple[int, int]:
    made = shape(across, down)
    return made.width, made.height


def usual_length(count: int) -> int:
    """The length nobody asked for: long enough to look at each photo, ms."""
    if count == 1:
        return _SINGLE_MS
    return count * (_PER_PHOTO_MS if count <= _MANY else _PER_PHOTO_OF_MANY_MS)
