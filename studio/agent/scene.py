"""What a reader may look at: the draft, the files, and what an earlier question already settled."""

from __future__ import annotations

from dataclasses import dataclass

from api import Draft, Segment

from ..model import Media
from .clauses import Clause
from .edits import Source, is_clip, pictures
from .mentions import Pick

PICTURE_KINDS = ("image", "video")
"""The kinds of media a film is cut from."""

_NOT_OF_A_PHOTO = ("music", "title", "caption", "text", "film", "look", "create", "transition", "transition_noun")


class Unclear(Exception):
    """A clause that cannot be carried out as it stands. key: the message to say; needs: what an answer would settle."""

    def __init__(self, key: str, needs: str = "", **values: object) -> None:
        super().__init__(key)
        self.key, self.needs, self.values = key, needs, values


@dataclass(frozen=True, slots=True)
class Scene:
    """history: earlier drafts, oldest first. picks, text: answers to an open question, in place of the words.

    language: the one the conversation is in.
    """

    draft: Draft
    media: tuple[Media, ...]
    history: tuple[Draft, ...] = ()
    length_asked: bool = False
    picks: tuple[Pick, ...] = ()
    text: str = ""
    language: str = "en"

    @property
    def segments(self) -> list[Segment]:
        """The photos on screen."""
        return pictures(self.draft)

    @property
    def images(self) -> tuple[Media, ...]:
        """The photos and video clips sent, in upload order."""
        return tuple(item for item in self.media if item.kind in PICTURE_KINDS)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What films are cut from, as edits take it."""
        return tuple(source_of(item) for item in self.images)

    @property
    def clips_sent(self) -> bool:
        """Whether video clips are among what was sent; then their own time is the film's."""
        return any(item.kind == "video" for item in self.media)

    @property
    def clips(self) -> tuple[int, ...]:
        """Where video clips stand in the film."""
        return tuple(index for index, segment in enumerate(self.segments) if is_clip(segment))

    @property
    def audio(self) -> tuple[Media, ...]:
        """The sound files sent, in upload order."""
        return tuple(item for item in self.media if item.kind == "audio")

    def said(self, clause: Clause) -> tuple[Pick, ...]:
        """The photos a clause names, or the answer to the question which ones; "the others" are those not yet named."""
        picks = self.picks or clause.picks
        moved = clause.has("place", "shift", "before", "after", "nth_place") and not clause.has("keep_only")
        if not picks and moved and clause.has("video_clip") and len(self.clips) == 1 < len(self.segments):
            return (Pick("at", self.clips[0] + 1),)
        if not picks and clause.has("that_one") and self._about_a_photo(clause):
            if not clause.named or clause.unknown_name:
                raise Unclear("which_photo", "clips", word=clause.unknown_name)
            return clause.named[-1:]
        if picks or not clause.named or not clause.has("others"):
            return picks
        named = self.positions(clause.named)
        return tuple(Pick("at", index + 1) for index in range(len(self.segments)) if index not in named)

    def _about_a_photo(self, clause: Clause) -> bool:
        """Whether "that one" can only be a photo: taken out, moved, held, animated."""
        doing = clause.does("remove", "move", "duplicate", "swap", "replace", "trim") or clause.has(
            "hold", "more", "duration", "motion", "still", "zoom", "place", "shift"
        )
        return doing and len(self.segments) > 1 and not clause.has(*_NOT_OF_A_PHOTO)

    def positions(self, picks: tuple[Pick, ...]) -> tuple[int, ...]:
        """Where the named photos stand in the film, from 0. Raises Unclear for a photo that is not there."""
        found: list[int] = []
        for pick in picks:
            found.extend(index for index in self._positions(pick) if index not in found)
        return tuple(found)

    def _positions(self, pick: Pick) -> list[int]:
        count = len(self.segments)
        if pick.kind == "at":
            index = pick.value - 1 if pick.value > 0 else count + pick.value
            if not 0 <= index < count:
                raise Unclear("no_such_photo", "clips", n=pick.value if pick.value > 0 else -pick.value, count=count)
            return [index]
        if pick.kind == "span":
            low, high = sorted((pick.value, pick.other))
            if high > count:
                raise Unclear("no_such_photo", "clips", n=high, count=count)
            return list(range(low - 1, high))
        if pick.kind == "head":
            return list(range(min(pick.value, count)))
        if pick.kind == "tail":
            return list(range(max(0, count - pick.value), count))
        if pick.kind == "all":
            return list(range(count))
        if pick.kind == "half":
            middle = (count + 1) // 2
            return list(range(middle) if pick.value == 1 else range(middle, count))
        if pick.kind == "shape":
            return self._shaped(pick.name)
        return self._named(pick.name)

    def _named(self, name: str) -> list[int]:
        source = next((item.id for item in self.media if item.name == name), None)
        found = [i for i, segment in enumerate(self.segments) if source and segment.meta.source == source]
        if any(item.name == name for item in self.audio):
            return []
        if not found:
            raise Unclear("photo_not_in_film", name=name)
        return found[:1]

    def _shaped(self, shape: str) -> list[int]:
        by_id = {item.id: item for item in self.media}
        found = [
            index
            for index, segment in enumerate(self.segments)
            if (media := by_id.get(segment.meta.source or "")) is not None and orientation(media) == shape
        ]
        if not found:
            raise Unclear("none_of_that_shape", "clips")
        return found


def source_of(media: Media) -> Source:
    """A file as edits take it."""
    return Source(media.id, media.name, media.duration_ms or 0 if media.kind == "video" else None)


def orientation(media: Media) -> str:
    """portrait, landscape or square, as seen."""
    ratio = media.width / media.height if media.height else 1.0
    return "landscape" if ratio > 1.1 else "portrait" if ratio < 0.9 else "square"
