"""Words on the picture: titles and captions, each with its time, place, colour and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from api import Draft

from .tracks import TextRole, changed, intervals, new_segment, texts, with_texts

TITLE_MS = 3000
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"position": "center", "size": 7.0, "color": "#ffffff", "animation": "fade"},
    "caption": {"position": "bottom", "size": 4.5, "color": "#ffffff", "animation": "fade"},
}
_OWN_LAYOUT: Mapping[str, Any] = {"color": "#ffffff"}
"""Of words with a layout of their own (the renderer's `style`), which knows place and size itself."""
LEAST_SIZE, LARGEST_SIZE = 2.0, 20.0


@dataclass(frozen=True, slots=True)
class When:
    """When something is on screen.

    head, tail: the first or last start_ms; span: start_ms to end_ms; point: from start_ms for end_ms (0 = the usual
    time); clip: while photo number start_ms (from 0) shows; film: all along.
    """

    kind: Literal["head", "tail", "span", "point", "clip", "film"]
    start_ms: int = 0
    end_ms: int = 0

    def on(self, draft: Draft) -> tuple[int, int]:
        """(start, duration) in ms on this film; never past its end."""
        total = draft.duration_ms
        start, end = 0, total
        if self.kind == "head":
            end = self.start_ms
        elif self.kind == "tail":
            start = total - self.start_ms
        elif self.kind == "span":
            start, end = self.start_ms, self.end_ms
        elif self.kind == "point":
            start, end = self.start_ms, self.start_ms + (self.end_ms or TITLE_MS)
        elif self.kind == "clip":
            start, end = _alone(draft, self.start_ms)
        start = min(max(0, start), max(0, total - 1))
        return start, max(1, min(end, total) - start)


def _alone(draft: Draft, index: int) -> tuple[int, int]:
    """The time a photo has the screen, halfway into its transitions, so that two captions never meet."""
    spans = intervals(draft)
    start, end = spans[index]
    if index:
        start = (start + spans[index - 1][1]) // 2
    if index + 1 < len(spans):
        end = (end + spans[index + 1][0]) // 2
    return start, end


@dataclass(frozen=True, slots=True)
class AddText:
    """Put words on the film. style: only what was asked for; the rest follows the role. A text of the same role at the
    same place and time gives way."""

    role: TextRole
    text: str
    when: When = When("head", TITLE_MS)
    style: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"add_{self.role}"

    def apply(self, draft: Draft) -> Draft:
        start, duration = self.when.on(draft)
        style = {**(_OWN_LAYOUT if "style" in self.style else _STYLES[self.role]), **self.style}
        added = new_segment(duration, text=self.text, role=self.role, start_ms=start, **style)
        kept = [
            segment
            for segment in texts(draft, self.role)
            if not (
                (segment.meta.start_ms or 0) < start + duration
                and start < (segment.meta.start_ms or 0) + segment.duration_ms
                and segment.meta.position == style.get("position")
            )
        ]
        return with_texts(draft, self.role, [*kept, added])


@dataclass(frozen=True, slots=True)
class ChangeText:
    """Change words that are there: what they say, when, where, how. index None = every text of the role.

    scale: factor on the size.
    """

    name: ClassVar[str] = "change_text"
    role: TextRole
    text: str | None = None
    when: When | None = None
    duration_ms: int | None = None
    style: Mapping[str, Any] = field(default_factory=dict)
    scale: float = 1.0
    index: int | None = None

    def apply(self, draft: Draft) -> Draft:
        segments = texts(draft, self.role)
        for index, segment in enumerate(segments):
            if self.index not in (None, index):
                continue
            meta: dict[str, Any] = dict(self.style)
            duration = segment.duration_ms
            if self.text is not None:
                meta["text"] = self.text
            if self.when is not None:
                meta["start_ms"], duration = self.when.on(draft)
            if self.duration_ms is not None:
                start = meta.get("start_ms", segment.meta.start_ms) or 0
                duration = max(1, min(self.duration_ms, draft.duration_ms - start))
            if self.scale != 1.0:
                size = (segment.meta.size or _STYLES[self.role]["size"]) * self.scale
                meta["size"] = round(min(LARGEST_SIZE, max(LEAST_SIZE, size)), 1)
            segments[index] = changed(segment, duration_ms=duration, **meta)
        return with_texts(draft, self.role, segments)


@dataclass(frozen=True, slots=True)
class RemoveText:
    """Take titles or captions away. index None = all of the role."""

    name: ClassVar[str] = "remove_text"
    role: TextRole
    index: int | None = None

    def apply(self, draft: Draft) -> Draft:
        kept = [] if self.index is None else [s for i, s in enumerate(texts(draft, self.role)) if i != self.index]
        return with_texts(draft, self.role, kept)
