"""Clauses into edits, edits into the next draft: in an order that makes numbers mean what the user saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from api import Draft

from . import edits as e
from .clauses import Clause, is_strange, main_topic
from .copies import places_copy, with_placed_copy
from .readers import READERS, shape
from .scene import Scene, Unclear, orientation
from .spared import only_spares, spares_itself, sparing, without_spared

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
_AFTER_LENGTH = next(n for n, kinds in enumerate(_RANKS) if e.SetLength in kinds) + 0.5
_PER_PHOTO_MS, _PER_PHOTO_OF_MANY_MS, _SINGLE_MS = 3000, 2500, 6000
_MANY = 6
_SAME_RATIO = 0.02
_WITH_A_BEAT = "upbeat"
_ALIVE_OTHERWISE = ("motion", "pace", "music", "clip", "more", "smooth", "duration")
REFUSED = ("retouch", "generate", "overlay", "transcribe", "font")

_WISH_WORDS = """
    title caption text credits quote voice music own music_only volume volume_word transition transition_noun motion
    fade look look_noun sort duplicate replace swap shift beat trim bring_back frame_rate pace color position
"""
_NO_WISH_WORDS = (
    "leave negate dont same thanks greet refuse assent go undo redo reset correct ask question person statement"
)
_WISHED, _NO_WISH = tuple(_WISH_WORDS.split()), tuple(_NO_WISH_WORDS.split())


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message asks for. unclear: what could not be carried out, with the clause it stood in.

    unmet: the user's own words for wishes that no edit came of.
    """

    edits: tuple[e.Edit, ...]
    unclear: tuple[Unclear, ...] = ()
    unmet: tuple[str, ...] = ()


def read(clauses: Iterable[Clause], scene: Scene) -> Reading:
    """All edits of a message, in the order they are to be made."""
    found: list[e.Edit] = []
    unclear: list[Unclear] = []
    unmet: list[str] = []
    disliked: list[Clause] = []
    spared: Clause | None = None
    told, led_in = "", False
    for index, clause in enumerate(clauses):
        clause.taken.clear()
        if refusal(clause) or is_praise(clause):
            continue
        if clause.has("dislike") and not _says_what_instead(clause):
            improve = all(tag.text("dislike") in ("", "improve") for tag in clause.tags)
            disliked += [] if improve and not scene.history else [clause]
            continue
        so_far = len(found)
        try:
            if only_spares(clause):
                found, spared = sparing(found, clause, scene), clause
                continue
            _add_edits(clause if led_in else without_spared(clause), scene, found)
            if not led_in and spares_itself(clause):
                found[so_far:] = sparing(found[so_far:], clause, scene)
            elif spared is not None and not clause.picks:
                found[so_far:] = sparing(found[so_far:], spared, scene)
        except Unclear as problem:
            unclear.append(problem)
            continue
        led_in = len(found) > so_far
        if led_in and told and clause.after == told:
            unmet.pop()  # it only led in: "let the text come in with a typewriter effect"
        told = ""
        if len(found) == so_far and _is_wish(clause, first=not index):
            unmet.append(clause.said)
            told = main_topic(clause)
        else:
            unmet.extend(clause.strays)
    written = e.texts(scene.draft, "title") or e.texts(scene.draft, "caption")
    if not written and not any(isinstance(edit, e.AddText) for edit in found):
        changed = [edit for edit in found if isinstance(edit, e.ChangeText)]
        found = [edit for edit in found if edit not in changed]
        unclear += [Unclear("which_words", "text")] if changed else []
    if disliked and not found and not unclear:
        topic = main_topic(disliked[0]) or ("look" if disliked[0].has("look", "look_noun") else "")
        unclear.append(Unclear(f"dislike_{topic if topic in _ASKED_ABOUT else 'film'}", topic or "film"))
    return Reading(tuple(_arranged(found, scene)), tuple(unclear), tuple(unmet))


def _add_edits(clause: Clause, scene: Scene, found: list[e.Edit]) -> None:
    """What a clause asks for, behind what those before it did. Raises Unclear; what was clear until then stays."""
    if places_copy(clause, found):
        found[:] = with_placed_copy(found, clause)
        return
    so_far = len(found)
    for reader in READERS:
        found.extend(_as_numbered(reader(clause, scene), found[:so_far], scene))


_ASKED_ABOUT = ("text", "sound", "transition", "motion", "look")
_DOING = ("add", "remove", "change", "move", "swap", "replace", "create", "duplicate", "undo", "more", "duration")


def is_praise(clause: Clause) -> bool:
    """Whether a clause only says that something is liked as it is."""
    return clause.has("praise") and not clause.has(*_DOING, "negate", "dont", "dislike")


def _says_what_instead(clause: Clause) -> bool:
    """Whether a complaint is its own request: too loud, too slow, remove it."""
    return clause.has("more", "remove", "change", "replace", "undo", "duration", "share")


def _is_wish(clause: Clause, *, first: bool) -> bool:
    """Whether a clause that no edit came of wanted one: it names what can be changed, or nothing that is known."""
    if clause.asked or clause.has(*_NO_WISH) or any(tag.text("volume_word") == "0" for tag in clause.tags):
        return False
    known = clause.has("film", "clip", "clips") or (first and clause.has("create"))
    return clause.has(*_WISHED) or (is_strange(clause.tags) and not known)


def refusal(clause: Clause) -> str:
    """What a clause asks for that cannot be done, or ""."""
    if clause.has("link"):
        return "link"
    if clause.has("quote") or (clause.asked and clause.has("ask")):
        return ""
    for key in REFUSED:
        if clause.has(key):
            return key
    if _changes_what_is_shown(clause):
        return "retouch"
    plain = clause.has("create") and clause.value("act") == "act" and not clause.has(*_ALIVE_OTHERWISE)
    if (clause.has("person") or plain) and clause.has("act") and not clause.has("film", "voice", "transition", "title"):
        return "act"
    return ""


def _as_numbered(edits: Sequence[e.Edit], before: Sequence[e.Edit], scene: Scene) -> list[e.Edit]:
    """Photos named after "sort them by date" are counted in the new order."""
    orders = [
        edit.order for edit in before if isinstance(edit, e.OrderClips) and len(edit.order) == len(scene.segments)
    ]
    if not orders:
        return list(edits)
    return [
        replace(edit, clips=tuple(orders[-1][index] for index in edit.clips))
        if isinstance(edit, e.SetClipTime | e.SetMotion | e.RemoveClips) and edit.clips
        else edit
        for edit in edits
    ]


def _changes_what_is_shown(clause: Clause) -> bool:
    """Whether something inside a photo is to go or to become another: its background, somebody in photo 2."""
    doing = clause.does("remove", "change", "replace", "add", "use", "swap")
    if clause.has("background"):
        return doing and not clause.has("music", "own", "music_only", "title", "caption", "transition")
    inside = clause.has("person") and clause.has("clips") and not clause.has("title", "caption", "music")
    return inside and (clause.does("remove") or (clause.has("face") and doing))


def _once(found: list[e.Edit]) -> list[e.Edit]:
    """A recording used as the voice is not the music as well."""
    spoken = {edit.source for edit in found if isinstance(edit, e.AddRecording)}
    return [edit for edit in found if not (isinstance(edit, e.AddMusic) and edit.source in spoken)]


def _one_shape(found: list[e.Edit], scene: Scene) -> list[e.Edit]:
    """A size said in one place and a shape in another are one wish: 4K …, portrait."""
    shapes = [edit for edit in found if isinstance(edit, e.SetShape)]
    if len(shapes) < 2:
        return found
    width, height = scene.draft.meta.width or 1, scene.draft.meta.height or 1
    sides = [side for s in shapes if (side := min(s.width, s.height)) != min(width, height)]
    formed = [s for s in shapes if not (_alike(s, width, height) and min(s.width, s.height) in sides)] or shapes
    made = shape(formed[-1].width, formed[-1].height, *sides[-1:])
    return [made, *(edit for edit in found if not isinstance(edit, e.SetShape))]


def _alike(made: e.SetShape, width: int, height: int) -> bool:
    return abs(made.width / made.height - width / height) <= _SAME_RATIO


def _arranged(found: list[e.Edit], scene: Scene) -> list[e.Edit]:
    def rank(edit: e.Edit) -> float:
        late = lengths and not held and isinstance(edit, e.SetTransition) and edit.ms and edit.after is None
        if late:  # what fits depends on the length the film gets
            return _AFTER_LENGTH
        return next((n for n, kinds in enumerate(_RANKS) if isinstance(edit, kinds)), len(_RANKS))

    found = _one_shape(_once(found), scene)
    removed = [edit for edit in found if isinstance(edit, e.RemoveClips)]
    if len(removed) > 1:
        clips = tuple(sorted({index for edit in removed for index in edit.clips}))
        found = [edit for edit in found if not isinstance(edit, e.RemoveClips)] + [e.RemoveClips(clips)]
    if any(isinstance(edit, e.CutOnBeats) for edit in found) and not (
        e.sounds(scene.draft, "music") or any(isinstance(edit, e.AddMusic) for edit in found)
    ):
        found = [*found, e.AddMusic(mood=_WITH_A_BEAT)]
    if any(isinstance(edit, e.SetClipTime) and edit.clips is None and edit.ms and not edit.added for edit in found):
        found = [edit for edit in found if not (isinstance(edit, e.SetLength) and edit.relative)]
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
        numbered = _renumbered(edit, seen, _keys(draft))
        new = draft if numbered is None else numbered.apply(draft)
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


def _renumbered(edit: e.Edit, seen: Sequence[tuple[str, int]], now: Sequence[tuple[str, int]]) -> e.Edit | None:
    """The edit for the photos where they are by now; None when words are for a photo that the same message took out."""
    if isinstance(edit, e.AddText | e.ChangeText):
        when = edit.when
        if when is None or when.kind != "clip" or when.start_ms >= len(seen):
            return edit
        photo = seen[when.start_ms]
        return replace(edit, when=replace(when, start_ms=now.index(photo))) if photo in now else None
    if isinstance(edit, e.SetLength) and edit.held:
        return replace(edit, held=tuple(now.index(seen[index]) for index in edit.held if seen[index] in now))
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
