"""Which photos, and in which order."""

from __future__ import annotations

from random import Random

from api import Segment

from ..clauses import Clause
from ..copies import place_of_copy
from ..edits import (
    AddClips,
    BringBack,
    DuplicateClip,
    Edit,
    MoveClip,
    OrderClips,
    RemoveClips,
    ReplaceClip,
    SwapClips,
    own_times,
    pictures,
)
from ..mentions import Pick, picks_of
from ..scan import Tag
from ..scene import Scene, Unclear, source_of

_ELSEWHERE = (
    "quote",
    "title",
    "caption",
    "music",
    "own",
    "music_only",
    "voice",
    "transition",
    "transition_noun",
    "look",
)


def read_order(clause: Clause, scene: Scene) -> list[Edit]:
    """The edits that add, take out or move photos."""
    between = clause.does("move") and clause.has("clips") and not clause.has("transition")
    elsewhere = [concept for concept in _ELSEWHERE if not (between and concept == "transition_noun")]
    if clause.has(*elsewhere) or clause.has("motion") or (clause.has("leave") and not clause.has("keep_only")):
        return []
    if clause.has("reverse"):
        return [OrderClips(tuple(reversed(range(len(scene.segments)))))]
    if clause.has("sort"):
        return _sorted(clause.value("sort"), scene)
    for reader in (_bring_back, _keep_only, _replace, _remove, _swap, _listed, _duplicate, _ends, _shift, _move):
        edits = reader(clause, scene)
        if edits:
            return edits
    return []


def _picks(clause: Clause, scene: Scene, *, numbers: bool = False) -> tuple[Pick, ...]:
    """The photos named; a lone number or "the last" too where the verb can only mean photos."""
    picks = scene.said(clause)
    if picks or not numbers:
        return picks
    for tag in clause.all("number"):
        value = tag.number("number")
        if value == int(value) and 0 < value < 10_000 and "one" not in tag:
            return (Pick("at", int(value)),)
    if clause.has("every") and clause.has("clip"):
        return (Pick("all"),)
    ordinal = clause.first("ordinal")
    return (Pick("at", int(ordinal.number("ordinal"))),) if ordinal is not None else ()


def _remove(clause: Clause, scene: Scene) -> list[Edit]:
    moved = clause.has("move") and clause.has("place", "nth_place", "before", "after")
    stopped = any("still" in tag and "remove" in tag for tag in clause.tags)
    if not clause.does("remove") or moved or stopped or clause.has("duration", "pace", "fade", "film"):
        return []
    picks = _picks(clause, scene, numbers=True)
    if not picks:
        if clause.has("clip", "one") or (clause.unknown_name and not clause.has("every")):
            raise Unclear("which_photo", "clips", word=clause.unknown_name)
        return []
    return _without(scene.positions(picks), scene)


def _without(positions: tuple[int, ...], scene: Scene) -> list[Edit]:
    if len(positions) >= len(scene.segments):
        raise Unclear("would_empty")
    return [RemoveClips(positions)] if positions else []


def _keep_only(clause: Clause, scene: Scene) -> list[Edit]:
    if not clause.has("keep_only") or clause.has("add_photos", "between", "transition_noun", "partly"):
        return []
    picks = _picks(clause, scene, numbers=True)
    if not picks:
        return []
    kept = scene.positions(picks)
    return _without(tuple(index for index in range(len(scene.segments)) if index not in kept), scene)


def _swap(clause: Clause, scene: Scene) -> list[Edit]:
    named = _named_in_turn(clause)
    two = [pick for pick in named if pick.kind in ("at", "name")]
    changed = clause.has("change") and len(two) == len(named) == 2 and not clause.has("replace", "place")
    if not (clause.does("swap") or (changed and all(pick.kind == "at" for pick in two))):
        return []
    positions = scene.positions(named if len(named) == 2 else _picks(clause, scene))
    if len(scene.segments) == 2 and not positions and clause.has("clip", "every", "order", "person"):
        positions = (0, 1)
    if len(positions) != 2:
        if not positions and not clause.has("clip", "number"):
            return []
        raise Unclear("which_two", "clips")
    return [SwapClips(*positions)]


def _listed(clause: Clause, scene: Scene) -> list[Edit]:
    """in the order 3, 1, 2: the ones not named keep their order behind."""
    if not clause.has("order"):
        return []
    picks = [pick for tag in clause.tags for pick in picks_of(tag)]
    picks = picks or [Pick("at", int(tag.number("number"))) for tag in clause.all("number")]
    if len(picks) < 2:
        return []
    first = scene.positions(tuple(picks))
    rest = tuple(index for index in range(len(scene.segments)) if index not in first)
    return [OrderClips((*first, *rest))]


def _duplicate(clause: Clause, scene: Scene) -> list[Edit]:
    once_more = clause.has("add") and clause.has("again") and not clause.has("film", "more")
    if not (clause.has("duplicate") or once_more):
        return []
    if once_more and not _picks(clause, scene, numbers=True):
        return []
    positions = scene.positions(_picks(clause, scene, numbers=True))
    if len(positions) != 1:
        raise Unclear("which_photo", "clips", word="")
    return [DuplicateClip(positions[0], place_of_copy(clause) or ("last" if once_more else ""))]


def _ends(clause: Clause, scene: Scene) -> list[Edit]:
    """start with photo 3; end on the beach one."""
    starts, ends = clause.has("start_with"), clause.has("end_with")
    if clause.value("place") == "last" or clause.value("when") == "end":  # 以第3张结尾
        starts, ends = False, starts or ends
    picks = _picks(clause, scene)
    if not (starts or ends) or (not picks and not clause.unknown_name) or clause.has("duration"):
        return []
    if not picks:
        raise Unclear("which_photo", "clips", word=clause.unknown_name)
    positions = scene.positions(picks)
    return [MoveClip(positions, 0 if starts else len(scene.segments))]


def _shift(clause: Clause, scene: Scene) -> list[Edit]:
    """bring photo 3 forward; two places later."""
    if not clause.has("shift") or clause.has("place", "before", "after") or _nth_place(clause):
        return []
    picks = scene.said(clause)
    if not picks:
        if clause.has("clip", "one") or clause.unknown_name:
            raise Unclear("which_photo", "clips", word=clause.unknown_name)
        return []
    positions = scene.positions(picks)
    if not positions:
        return []
    steps = next((int(tag.number("number")) for tag in clause.all("number")), 1) or 1
    if clause.value("shift") == "earlier":
        return [MoveClip(positions, max(0, min(positions) - steps))]
    return [MoveClip(positions, min(len(scene.segments), max(positions) + 1 + steps))]


def _move(clause: Clause, scene: Scene) -> list[Edit]:
    asked = clause.does("move", "add", "swap", "use") or (scene.said(clause) and clause.has("place", "nth_place"))
    asked = asked or (_nth_place(clause) is not None and clause.has("number"))
    if not asked or clause.has("film", "duration", "fade"):
        return []
    place, nth = clause.value("place"), _nth_place(clause)
    if (
        not place
        and clause.picks
        and clause.lone
        and clause.lone[-1].value in (1, -1)
        and not clause.has("before", "after")
    ):
        place = "first" if clause.lone[-1].value == 1 else "last"  # pon la foto 4 la primera
    place = place or ("middle" if clause.has("middle") and clause.picks else "")
    beside = next((tag for tag in clause.tags if "before" in tag or "after" in tag), None)
    moved, anchor = _moved_and_anchor(clause, scene, beside)
    if anchor is None and not place and nth is None:
        return []
    if not moved:
        if clause.has("one", "clip") or clause.unknown_name:
            raise Unclear("which_photo", "clips", word=clause.unknown_name)
        return []
    positions = scene.positions(moved)
    if anchor is not None:
        target = scene.positions((anchor,))[0]
        return [MoveClip(positions, target if beside is not None and "before" in beside else target + 1)]
    if nth is not None:
        wanted = int(nth.number("nth_place")) - 1
        return [MoveClip(positions, wanted if positions[0] > wanted else wanted + 1)]
    count = len(scene.segments)
    return [MoveClip(positions, {"first": 0, "middle": count // 2}.get(place, count))]


def _nth_place(clause: Clause) -> Tag | None:
    """The place counted from the front that a photo shall have."""
    return next((tag for tag in clause.all("nth_place") if tag.text("nth_place").isdigit()), None)


def _moved_and_anchor(clause: Clause, scene: Scene, beside: Tag | None) -> tuple[tuple[Pick, ...], Pick | None]:
    """What moves and what it is put beside: "3 before 1", and with the words behind, 放到第一张前面."""
    groups = [(tag, picks_of(tag)) for tag in clause.tags if picks_of(tag)]
    lone = [(tag, (Pick("at", int(tag.number("number"))),)) for tag in clause.all("number") if "one" not in tag]
    groups = sorted([*groups, *(lone if beside or not groups else [])], key=lambda group: group[0].start)
    if scene.picks:
        anchors = [picks for tag, picks in groups if beside is not None and tag.start > beside.start]
        return scene.picks, anchors[0][0] if anchors else None
    if not groups:
        return scene.said(clause), None
    if beside is None:
        return tuple(pick for _, picks in groups for pick in picks), None
    if len(groups) < 2:
        behind = groups[0][0].start > beside.start
        return ((), groups[0][1][0]) if behind and not clause.has("place") else (groups[0][1], None)
    if "post" in (beside.text("before"), beside.text("after")) and beside.start < groups[-1][0].start:
        return groups[-1][1], groups[0][1][0]  # 1枚目の前に3枚目を: the anchor comes before its postposition
    return groups[0][1], groups[-1][1][0]


def _sorted(kind: str, scene: Scene) -> list[Edit]:
    media = {item.id: (index, item) for index, item in enumerate(scene.media)}
    known = [media.get(segment.meta.source or "") for segment in scene.segments]
    count = len(known)
    order = list(range(count))
    if kind in ("date", "newest"):
        if not any(entry and entry[1].captured_at is not None for entry in known):
            raise Unclear("no_dates")
        dates = [entry[1].captured_at if entry and entry[1].captured_at is not None else None for entry in known]
        sign = -1 if kind == "newest" else 1
        order.sort(key=lambda i: (dates[i] is None, sign * (dates[i] or 0), i))
    elif kind == "name":
        order.sort(key=lambda i: ((scene.segments[i].meta.name or "").casefold(), i))
    elif kind == "upload":
        order.sort(key=lambda i: (entry[0] if (entry := known[i]) else count, i))
    else:
        Random(count).shuffle(order)
    return [OrderClips(tuple(order))]


def _replace(clause: Clause, scene: Scene) -> list[Edit]:
    """replace photo 2 with dog.jpg."""
    if not clause.has("replace", "change") or clause.has("swap"):
        return []
    picks = _named_in_turn(clause)
    if clause.has("replace") and len(picks) == 2 and all(pick.kind == "at" for pick in picks):
        old, new = scene.positions(picks)
        shown = scene.segments[new].meta.source
        same = next((media for media in scene.images if media.id == shown), None)
        return [ReplaceClip(old, source_of(same))] if same is not None else []
    if len(picks) != 2 or picks[1].kind != "name":
        return []
    item = next((media for media in scene.images if media.name == picks[1].name), None)
    return [ReplaceClip(scene.positions(picks[:1])[0], source_of(item))] if item is not None else []


def _named_in_turn(clause: Clause) -> tuple[Pick, ...]:
    """The photos named in the order named, ordinals without a noun among them: change the second photo to the fifth."""
    if len(clause.picks) + len(clause.lone) != 2:
        return clause.picks
    lone = iter(clause.lone)
    return tuple(p for tag in clause.tags for p in (picks_of(tag) or (tuple(lone)[:1] if "ordinal" in tag else ())))


def _in_film(name: str, scene: Scene) -> bool:
    ids = {item.id for item in scene.media if item.name == name and item.kind != "audio"}
    return not ids or any(segment.meta.source in ids for segment in scene.segments)


def _bring_back(clause: Clause, scene: Scene) -> list[Edit]:
    """Photos that were in the film and are not now."""
    if not clause.has("bring_back") or clause.has("duration", "film"):
        return []
    for earlier in reversed(scene.history):
        gone = missing(pictures(earlier), scene.segments)
        own = own_times(pictures(earlier))
        if gone:
            named = {pick.name for pick in clause.picks if pick.kind == "name"}
            numbers = [pick.value for pick in _picks(clause, scene, numbers=True) if pick.kind == "at"]
            counted = {number - 1 for number in numbers} & {index for index, _ in gone}
            wanted = [(i, s) for i, s in gone if i in counted or (s.meta.name or "") in named] or gone
            out = {index for index, _ in gone} - {index for index, _ in wanted}
            return [
                BringBack(segment, index - sum(left < index for left in out), own[index]) for index, segment in wanted
            ]
    return []


def missing(before: list[Segment], now: list[Segment]) -> list[tuple[int, Segment]]:
    """What was there and is not, with where it was."""
    sources = {segment.meta.source for segment in now}
    return [(index, segment) for index, segment in enumerate(before) if segment.meta.source not in sources]


def read_new_photos(clause: Clause, scene: Scene) -> list[Edit]:
    """add them; use the new ones: photos sent that the film does not have."""
    named = [p.name for p in clause.picks if p.kind == "name" and not _in_film(p.name, scene)]
    whole = clause.has("add_photos") and not clause.has(
        "quote", "title", "caption", "music", "transition", "motion", "own"
    )
    if not (whole or (named and clause.does("add", "use", "move"))):
        return []
    used = {segment.meta.source for draft in (*scene.history, scene.draft) for segment in pictures(draft)}
    fresh = [item for item in scene.images if item.id not in used]
    shown = {segment.meta.source for segment in scene.segments}
    counted = {pick.value - 1 for pick in clause.picks if pick.kind == "at"}
    by_number = [item for n, item in enumerate(scene.images) if n in counted and item.id not in shown]
    if named:
        fresh = [item for item in scene.images if item.name in named]
    elif by_number:
        fresh = by_number
    if not fresh:
        return []
    edits: list[Edit] = [AddClips(tuple(source_of(item) for item in fresh))]
    count, added = len(scene.segments), len(fresh)
    if clause.value("place") == "first":
        edits.append(OrderClips((*range(count, count + added), *range(count))))
    return edits
