"""How photos move and meet, how the film begins and ends, its colours."""

from __future__ import annotations

from ..clauses import Clause
from ..edits import Edit, SetFade, SetLook, SetLoop, SetMotion, SetTransition, overlap
from ..scan import Tag
from ..scene import Scene, Unclear
from ..strangers import strange_thing

SLOW_MS, QUICK_MS = 1000, 300
_LONGEST_MS = 3000  # that a time without a noun can mean for a transition
_FADE_MS, _LONG_FADE_MS = 1000, 1800
_LONGER, _SHORTER, _SMOOTHER = 1.5, 1 / 1.5, 1.25


def read_transitions(clause: Clause, scene: Scene) -> list[Edit]:
    """How photos lead into each other."""
    if clause.has("quote", "title", "caption"):
        return []
    off = clause.does("remove", "negate", "dont")
    if off and clause.after == "transition" and not clause.topics:
        return [SetTransition("cut")]  # these dissolves make me dizzy, take them out
    if clause.after == "transition" and clause.has("again") and not clause.topics and _factor(clause) != 1.0:
        return [SetTransition(None, factor=_factor(clause))]
    if not clause.has("transition") and not _joints(clause):
        return _lasting(clause)
    if clause.has("leave") and not (clause.has("transition") and clause.picks):
        return []
    kind: str | None = clause.value("transition") or _kind_by_noun(clause)
    if off and kind != "cut":
        kind = "cut"
    if kind is None and clause.has("smooth", "slow") and not clause.has("more"):
        softer = all(segment.meta.transition == "cross-dissolve" for segment in scene.segments[:-1])
        return [SetTransition(None if softer else "cross-dissolve", factor=_SMOOTHER if softer else 1.0)]
    duration = clause.take("duration", "transition", least=True) or _for_so_long(clause)
    ms = round(duration.number("duration")) if duration is not None else None
    if ms is None and kind != "cut":
        ms = _by_adverb(clause)
    factor = _factor(clause)
    after = _joint_positions(clause, scene)
    if kind is None and ms is None and factor == 1.0:
        if clause.does("change"):
            raise Unclear("which_transition", "transition")
        plain = [s for s in scene.segments[:-1] if not overlap(s)]
        if not plain:
            return []
        kind = "cross-dissolve"
    return [SetTransition(kind, ms, after, factor)]


def _for_so_long(clause: Clause) -> Tag | None:
    """The one time in "fade between photos for 1 second", which is nearer to the photos than to the fade."""
    durations = clause.all("duration")
    if len(durations) != 1 or clause.has("per", "every", "film", "hold", "more", "clips"):
        return None
    if durations[0].number("duration") > _LONGEST_MS or not clause.has("for_time", "clip"):
        return None
    return clause.take("duration")


def _lasting(clause: Clause) -> list[Edit]:
    """How long the transitions just spoken of are: slow dissolves, 1.5 s each."""
    if clause.after != "transition" or clause.topics - {"photo"} or clause.has("per", "clip", "clips", "by", "more"):
        return []
    duration = clause.first("duration")
    if duration is None or duration.number("duration") > _LONGEST_MS:
        return []
    clause.take("duration")
    return [SetTransition(None, round(duration.number("duration")))]


def _joints(clause: Clause) -> bool:
    """Whether the clause speaks of transitions by their noun and not of a stretch "between 2 and 5 seconds"."""
    moving = clause.does("move") and clause.has("clips", "numbers") and clause.has("between", "after")
    return clause.has("transition_noun") and not clause.has("range", "music") and not moving


def _kind_by_noun(clause: Clause) -> str | None:
    if clause.has("fade"):
        return "cross-dissolve"
    if clause.has("zoom") or clause.value("motion") in ("zoom-in", "zoom-out"):
        return "zoom"
    if clause.value("animation") == "slide":
        return "slide"
    return None


def _by_adverb(clause: Clause) -> int | None:
    if clause.has("more"):
        return None
    for concept, ms in (("slow", SLOW_MS), ("quick", QUICK_MS)):
        if any(clause.owner(tag) == "transition" for tag in clause.all(concept)):
            return ms
    return None


def _factor(clause: Clause) -> float:
    more = clause.value("more")
    return _LONGER if more in ("longer", "slower") else _SHORTER if more in ("shorter", "faster") else 1.0


def _joint_positions(clause: Clause, scene: Scene) -> tuple[int, ...] | None:
    """The photos a named transition leads out of.

    between 2 and 3 -> photo 2; before 3 -> photo 2; after 3 -> photo 3.
    """
    last = len(scene.segments) - 1
    if clause.has("others") and clause.named and not clause.picks:
        named = scene.positions(clause.named)
        between = len(named) == 2 and abs(named[0] - named[1]) == 1
        kept = (min(named),) if between else named
        return tuple(index for index in range(last) if index not in kept)
    picks = scene.said(clause)
    ordinal = clause.first("ordinal")
    if not picks and ordinal is not None and clause.has("transition_noun"):  # the last transition
        number = int(ordinal.number("ordinal"))
        index = number - 1 if number > 0 else last + number
        return (index,) if 0 <= index < last else None
    if not picks:
        return None
    chosen = tuple(min(index, last - 1) for index in scene.positions(picks))
    if len(chosen) == 2 and abs(chosen[0] - chosen[1]) == 1:
        return (min(chosen),)
    if clause.has("before") or clause.has("to"):
        chosen = tuple(index - 1 for index in chosen if index > 0)
    return tuple(index for index in chosen if index < last) or None


def read_fades(clause: Clause, scene: Scene) -> list[Edit]:
    """The whole film's fade in and fade out."""
    elsewhere = clause.has(
        "music", "own", "music_only", "title", "caption", "text", "quote", "transition_noun", "transition"
    )
    if (
        not clause.has("fade")
        or elsewhere
        or clause.has("leave")
        or (clause.has("it", "tail", "head") and clause.after == "sound")
    ):
        return []
    duration = clause.take("duration", "fade", least=True)
    ms = round(duration.number("duration")) if duration is not None else _FADE_MS
    for end in ("head", "tail"):
        if duration is None and (duration := clause.take(end)) is not None:
            ms = round(duration.number(end))
    if duration is None and (clause.has("slow") or clause.value("pace") == "cinematic"):
        ms = _LONG_FADE_MS
    if clause.does("remove", "negate", "dont"):
        ms = 0
    found = {tag.text("fade") for tag in clause.all("fade")}
    if found <= {"any"}:
        side = clause.value("when") or {"first": "start", "last": "end"}.get(clause.value("place"), "")
        found = {"in"} if side == "start" else {"out"} if side == "end" else {"both"}
    edits: list[Edit] = []
    if found & {"in", "both"}:
        edits.append(SetFade("in", ms))
    if found & {"out", "both"}:
        edits.append(SetFade("out", ms))
    return edits


def read_motion(clause: Clause, scene: Scene) -> list[Edit]:
    """How the camera moves over one photo or all of them."""
    blocked = clause.has("quote", "title", "caption", "transition", "transition_noun", "swap", "order", "place")
    held_still = (clause.has("still") or clause.value("motion") == "none") and clause.has("leave", "hold")
    picks = scene.said(clause) or clause.lone or (clause.named[-1:] if held_still and not clause.has("every") else ())
    if picks and clause.has("still") and clause.has("leave", "create", "hold", "motion_noun"):
        return [SetMotion("none", scene.positions(picks))]
    if picks and any("still" in tag and "remove" in tag for tag in clause.tags):  # 最後の写真は止めて
        return [SetMotion("none", scene.positions(picks))]
    if picks and clause.value("motion") == "none" and not blocked:
        return [SetMotion("none", scene.positions(picks))]
    if blocked or clause.has("leave"):
        return []
    named = clause.first("motion")
    generic = clause.has("zoom") or (clause.has("motion_noun") and clause.does("remove", "negate", "dont"))
    if named is None and not generic:
        return []
    motion = named.text("motion") if named is not None else "zoom-in"
    if motion != "none" and clause.does("remove", "negate", "dont"):
        motion = "none"
    if picks:
        return [SetMotion(motion, scene.positions(picks))]
    if motion != "none" and not clause.has("every", "clip", "film", "create", "person") and strange_thing(clause):
        raise Unclear("which_photo", "clips", word=strange_thing(clause))
    return [SetMotion(motion)]


def read_look(clause: Clause, scene: Scene) -> list[Edit]:
    """The film's colours."""
    look = clause.first("look")
    if clause.has("quote", "title", "caption", "music", "own"):
        return []
    if look is not None and _for_some(clause, scene):
        raise Unclear("look_whole")
    if scene.draft.meta.look and clause.has("partly") and clause.picks and clause.topics <= {"photo"}:
        raise Unclear("look_whole")
    if clause.has("leave"):
        return []
    if look is None:
        gone = clause.has("look_noun") and clause.does("remove", "negate", "dont")
        return [SetLook(None)] if gone else []
    if look.text("look") == "none":
        return [SetLook(None)]
    off = clause.does("remove", "negate", "dont")
    return [SetLook(kind, off) for kind in dict.fromkeys(tag.text("look") for tag in clause.all("look"))]


def _for_some(clause: Clause, scene: Scene) -> bool:
    """Whether a look is meant for some of the photos only: for the first one; begin in black and white."""
    if of := clause.picks or clause.lone or (clause.named if clause.has("leave") else ()):
        return len(scene.positions(of)) < len(scene.segments)
    return len(scene.segments) > 1 and clause.has("start_with", "end_with") and not clause.has("fade", "credits")


def read_loop(clause: Clause, scene: Scene) -> list[Edit]:
    """Whether the film is meant to run in a circle."""
    if not clause.has("loop") or clause.has("music", "own"):
        return []
    return [SetLoop(not clause.does("remove", "negate", "dont"))]
