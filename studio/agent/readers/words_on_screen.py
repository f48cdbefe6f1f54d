"""Titles and captions: what they say, when, where, in which colour and size."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ..clauses import Clause
from ..edits import AddText, ChangeText, Edit, RemoveText, When, texts
from ..edits.tracks import TextRole
from ..scene import Scene, Unclear
from ..songs import named_song
from .numbered import numbered
from .which_words import photos_by_ordinal, text_meant

_ROLES: tuple[TextRole, ...] = ("title", "caption")
_CREDITS_MS = 3000
_ROLL_MS, _ROLL_LINE_MS = 2500, 700  # a roll needs time to come and go, and some for each line
_LOWER_THIRD_MS = 5000
_LONGEST = 300  # characters one text may hold
_LAYOUTS = {"credits": "credits", "roll": "credits", "lower_third": "lower-third"}
_SCALES = {"bigger": 1.3, "smaller": 1 / 1.3}
_MOMENTS = {"first": "start", "last": "end"}
_OF_SOUND = {"louder": "bigger", "quieter": "smaller"}
"""What words for loud and quiet mean where the talk is of words on screen: 작게."""

_LITTLE, _MUCH = 0.5, 1.8
_ITEMS = re.compile(r"\s*[,，、;；|/]\s*")
_ROLL_LINES = re.compile(r"\s*[,，、;；|/\n]\s*|\s+(?=[^\s:：]+[:：])")


def read_texts(clause: Clause, scene: Scene) -> list[Edit]:
    """The text edits a clause asks for."""
    if not _about_text(clause):
        return []
    role = _role(clause, scene)
    quoted = [tag.text("quote") for tag in clause.all("quote") if tag.text("quote")]
    if scene.text:
        quoted = [scene.text]
    if clause.has("leave") and not quoted:
        return []
    longest = max((len(text) for text in quoted), default=0)
    if longest > _LONGEST:
        raise Unclear("text_too_long", "text", most=_LONGEST)
    unwanted = clause.has("dont") and clause.has("add") and not quoted
    shown = {(text.meta.text or "").casefold() for role_ in _ROLES for text in texts(scene.draft, role_)}
    fresh = (
        bool(quoted) and not clause.has("remove", "negate", "dont") and not any(t.casefold() in shown for t in quoted)
    )
    off = clause.does("remove", "negate", "dont") and not clause.has("add", "change") and not fresh
    if unwanted or off:
        return _removals(clause, scene, quoted)
    style = _style(clause)
    if (
        clause.after == "text"
        and not clause.has("title", "caption", "credits", "quote")
        and not ((_adds(clause) and not clause.has("move")) or quoted)
    ):
        return _changes(role, clause, scene, style)
    if quoted and (clause.does("change") or len(quoted) == 2) and texts(scene.draft, role):
        return _rewording(role, clause, scene, quoted, style)
    if quoted:
        return _additions(role, clause, scene, quoted, style)
    if clause.has("with_names"):
        return _file_names(scene, clause, style)
    if texts(scene.draft, role) and (not _adds(clause) or clause.has("move")):
        return _changes(role, clause, scene, style)
    if clause.has("credits", "when", "film") and not clause.has("title", "caption", "text"):
        return []
    if len(clause.said) > _LONGEST:
        raise Unclear("text_too_long", "text", most=_LONGEST)
    raise Unclear("which_words", "text")


def _adds(clause: Clause) -> bool:
    """Whether something new is asked for; "with" only ties on what is said about the old."""
    return any("add" in tag and "sep" not in tag for tag in clause.tags)


def _about_text(clause: Clause) -> bool:
    if (
        clause.has("voice")
        or named_song(clause)
        or (clause.has("fade") and not clause.has("title", "caption", "text", "quote"))
    ):
        return False
    if clause.has("title", "caption"):
        return True
    if clause.has("quote"):
        return _quote_istext_meant(clause)
    if clause.has("text") and not clause.has("music", "transition_noun"):
        return clause.does("add", "remove", "change", "dont", "negate") or clause.has(
            "animation", "color", "more", "text_size", "position", "with_names"
        )
    if clause.has("credits") and clause.does("add", "remove"):
        return True
    bare = clause.topics - ({"look"} if clause.has("color") else set()) <= {"text"} or (
        clause.topics <= {"text", "photo"} and clause.has("color")
    )
    fits = clause.has("color", "text_size", "position", "head", "tail", "range", "all_along", "animation", "vanish")
    sized = clause.has("more") and clause.value("more") in (*_SCALES, *_OF_SOUND)
    moved = clause.has("move", "place") and not clause.has("position")
    timed = clause.has("correct") and clause.has("duration")
    return clause.after == "text" and bare and (fits or sized or timed) and not clause.has("fade") and not moved


def _quote_istext_meant(clause: Clause) -> bool:
    """Whether a quotation without a noun is for the screen: put "X" on photo 2, or only "X"; not reported speech."""
    if clause.has("person") and clause.has("says") and not clause.does("add", "change", "create"):
        return False
    where = (
        "end_with",
        "when",
        "head",
        "tail",
        "point",
        "range",
        "position",
        "color",
        "clips",
        "every",
        "text",
        "credits",
    )
    alone = all("quote" in tag or "skip" in tag for tag in clause.tags)
    return alone or clause.does("add", "change", "move", "use", "create") or clause.has(*where)


def _role(clause: Clause, scene: Scene) -> TextRole:
    if clause.has("caption") and not clause.has("title"):
        return "caption"
    if clause.has("title", "credits"):
        captioned = clause.does("change") and clause.picks and texts(scene.draft, "caption")
        return "caption" if captioned and not texts(scene.draft, "title") else "title"
    of_photo = clause.has("clips", "every") or photos_by_ordinal(clause)
    if of_photo and clause.has("quote") and not scene.text:
        return "title" if clause.written == "title" else "caption"
    if clause.has("text") or clause.after == "text":
        return "title" if texts(scene.draft, "title") or not texts(scene.draft, "caption") else "caption"
    return "title"


def _removals(clause: Clause, scene: Scene, quoted: list[str]) -> list[Edit]:
    named = {text.casefold() for text in quoted}
    if named:
        found: list[Edit] = [
            RemoveText(role, index)
            for role in _ROLES
            for index, segment in enumerate(texts(scene.draft, role))
            if (segment.meta.text or "").casefold() in named
        ]
        if found:
            return found
    layouts = [layout for concept, layout in _LAYOUTS.items() if clause.has(concept)]
    laid_out = [
        RemoveText(role, index)
        for role in _ROLES
        for index, segment in enumerate(texts(scene.draft, role))
        if (segment.meta.model_extra or {}).get("style") in layouts
    ]
    if layouts and laid_out:
        return [*laid_out]
    roles = [role for role in _ROLES if clause.has(role)] or list(_ROLES)
    present = [role for role in roles if texts(scene.draft, role)]
    if not present and clause.has("remove"):
        raise Unclear("nothing_there", thing="text")
    return [RemoveText(role) for role in present]


def _rewording(role: TextRole, clause: Clause, scene: Scene, quoted: list[str], style: dict[str, Any]) -> list[Edit]:
    present = texts(scene.draft, role)
    index = None
    if len(quoted) > 1:
        matching = [
            i for i, segment in enumerate(present) if (segment.meta.text or "").casefold() == quoted[0].casefold()
        ]
        if not matching and not clause.does("change"):
            return _additions(role, clause, scene, quoted, style)
        index = matching[0] if matching else 0
    elif len(present) > 1:
        index = text_meant(clause, present, scene)
    return [ChangeText(role, text=quoted[-1], when=_when(clause, scene), style=style, index=index)]


def _additions(role: TextRole, clause: Clause, scene: Scene, quoted: list[str], style: dict[str, Any]) -> list[Edit]:
    when = _when(clause, scene)
    told = clause.has("told")
    if clause.has("roll") or (told and clause.has("credits")):
        lines = [line for text in quoted for line in _ROLL_LINES.split(text)] if told else quoted
        return [_rolled(lines, when, style)]
    if told and when is None and (items := _for_each(quoted, clause, scene)):
        return [AddText("caption", text, When("clip", index), style) for index, text in enumerate(items)]
    if told and clause.has("caption") and (pairs := numbered(_ITEMS.split(quoted[0]), len(scene.segments))):
        return [AddText("caption", text, When("clip", index), style) for index, text in pairs]
    named = scene.said(clause) or (photos_by_ordinal(clause) if not scene.text else ())
    picks = scene.positions(named) if named and not scene.text else ()
    if clause.has("lower_third"):
        role, style = "caption", {**_colored(style), "style": "lower-third"}
        when = when or (None if picks else When("head", _LOWER_THIRD_MS))
    if len(picks) == len(quoted) and picks and when is None:
        each = zip(quoted, picks, strict=True)
        return [AddText(role, text, When("clip", index), style) for text, index in each]
    if clause.has("every") and len(quoted) > 1:
        return [AddText(role, text, When("clip", i), style) for i, text in enumerate(quoted[: len(scene.segments)])]
    if picks and when is None:
        return [AddText(role, quoted[0], When("clip", index), style) for index in picks]
    if when is None and clause.has("caption") and len(quoted) > 1:
        return [AddText(role, text, When("clip", i), style) for i, text in enumerate(quoted[: len(scene.segments)])]
    if when is None:
        when = _usual(role, clause)
    return [AddText(role, " ".join(quoted)[:_LONGEST], when, style)]


def _for_each(quoted: list[str], clause: Clause, scene: Scene) -> list[str]:
    """The items of a list said without quotation marks, where there is one for each photo of the film."""
    items = [item for text in quoted for item in _ITEMS.split(text) if item]
    fits = len(items) == len(scene.segments) > 1 and clause.has("clip", "every", "caption")
    return items if fits and (clause.has("clip", "every") or "、" in quoted[0]) else []


def _rolled(quoted: list[str], when: When | None, style: dict[str, Any]) -> AddText:
    """End credits: a line for each quotation, and for each part between strokes."""
    lines = [line.strip() for text in quoted for line in text.replace(" / ", "\n").splitlines()]
    ms = max(_CREDITS_MS, _ROLL_MS + _ROLL_LINE_MS * len(lines))
    return AddText(
        "title", "\n".join(lines)[:_LONGEST], when or When("tail", ms), {**_colored(style), "style": "credits"}
    )


def _colored(style: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in style.items() if key == "color"}


def _usual(role: TextRole, clause: Clause) -> When:
    if clause.has("credits", "end_with") or clause.value("when") == "end" or clause.value("place") == "last":
        return When("tail", _CREDITS_MS)
    return When("film") if role == "caption" else When("head", 3000)


def _file_names(scene: Scene, clause: Clause, style: dict[str, Any]) -> list[Edit]:
    return [
        AddText(
            "caption",
            (segment.meta.name or str(index + 1)).rpartition(".")[0] or str(index + 1),
            When("clip", index),
            style,
        )
        for index, segment in enumerate(scene.segments)
    ]


def _changes(role: TextRole, clause: Clause, scene: Scene, style: dict[str, Any]) -> list[Edit]:
    when, scale, duration = _when(clause, scene), 1.0, None
    if when is not None and when.kind == "head" and when.end_ms:
        duration, when = when.start_ms, None
    more = _OF_SOUND.get(clause.value("more"), clause.value("more"))
    if more in _SCALES:
        degree = clause.value("degree")
        power = _LITTLE if degree == "little" else _MUCH if degree == "much" else 1.0
        scale = _SCALES[more] ** power
    elif more in ("longer", "shorter"):
        present = texts(scene.draft, role)
        base = present[0].duration_ms if present else 3000
        duration = round(base * (1.5 if more == "longer" else 1 / 1.5))
    if not (when or style or duration or scale != 1.0):
        raise Unclear("which_words", "text")
    roles = [role] if texts(scene.draft, role) else [r for r in _ROLES if texts(scene.draft, r)]
    if not roles and clause.after != "text":
        raise Unclear("which_words", "text")
    if not roles:  # the words come with the same message
        return [ChangeText(r, when=when, duration_ms=duration, style=style, scale=scale) for r in _ROLES]
    edit = ChangeText(roles[0], when=when, duration_ms=duration, style=style, scale=scale)
    if clause.has("title") and clause.has("caption"):
        return [replace(edit, role=r) for r in _ROLES if texts(scene.draft, r)]
    return [edit]


def _style(clause: Clause) -> dict[str, Any]:
    style: dict[str, Any] = {}
    for concept in ("position", "color", "animation"):
        tag = clause.take(concept)
        if tag is not None:
            style[concept] = tag.text(concept)
    size = clause.take("text_size")
    if size is not None and clause.value("more") not in _SCALES:
        style["size"] = size.number("text_size")
    return style


def _when(clause: Clause, scene: Scene) -> When | None:
    """The time asked for; a bare duration counts from where the text begins (marked by end_ms = 1)."""
    if clause.has("vanish") and (tag := clause.take("point") or clause.take("duration")) is not None:
        return When("head", round(tag.number("point") or tag.number("duration")), 1)
    for concept in ("head", "tail"):
        if (tag := clause.take(concept)) is not None:
            return When("head" if concept == "head" else "tail", round(tag.number(concept)))
    if (tag := clause.take("range")) is not None:
        span = tag.senses["range"]
        if isinstance(span, tuple):
            return When("span", round(span[0]), round(span[1]))
    point = clause.take("point")
    duration = clause.take("duration", "text")
    lasting = round(duration.number("duration")) if duration is not None else 0
    if point is not None:
        return When("point", round(point.number("point")), lasting)
    if clause.take("all_along") is not None:
        return When("film")
    if lasting:
        at_end = clause.has("credits") or clause.value("when") == "end" or clause.value("place") == "last"
        return When("tail", lasting) if at_end else When("head", lasting, 1)
    moments = [
        tag.text("when") or _MOMENTS[tag.text("place")] for tag in clause.tags if "when" in tag or "place" in tag
    ]
    if moments and moments[-1] == "end" and not clause.has("quote"):
        return When("tail", _CREDITS_MS)
    if moments and not clause.has("quote"):
        return When("head", 3000)
    return None
