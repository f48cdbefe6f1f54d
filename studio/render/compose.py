"""Draws any frame of a timeline: shots, their transitions, the film's fades and look, then words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from .clip import ClipShot
from .credits import Credits
from .lettering import Lettering
from .look import finish
from .lower_third import LowerThird
from .planes import BLACK, Planes
from .prepared import Prepared, fetch
from .shot import PhotoShot, prepare
from .tally import Shelf
from .timeline import ShotPlan, Style, TextPlan, Timeline
from .transitions import mix, toward
from .warp import Lens

ShotKey: TypeAlias = tuple[ShotPlan, int, int, int, str | None]


class Shot(Protocol):
    """Whatever can fill a frame at an index of the film."""

    def draw(self, index: int, frame: Planes, lens: Lens) -> None: ...


class Words(Protocol):
    """Whatever can lay words over a frame at an index of the film."""

    def draw(self, index: int, frame: Planes) -> None: ...


_SETTERS: dict[Style, Callable[[TextPlan, Planes], Words]] = {
    "plain": Lettering,
    "lower-third": LowerThird,
    "credits": Credits,
}


class Blank:
    """Nothing but black, for words alone."""

    def draw(self, index: int, frame: Planes, lens: Lens) -> None:
        for plane, value in zip(frame.each(), BLACK, strict=True):
            plane.fill(value)


class Composer:
    """Keeps the photos that are on screen; a frame depends on the timeline and its index alone."""

    def __init__(self, timeline: Timeline, shelf: Shelf | None = None) -> None:
        """shelf: where prepared photos are shared with other composers."""
        self._timeline, self._shelf = timeline, shelf
        self._open: dict[ShotKey, Shot] = {}
        self._words: dict[TextPlan, Words] = {}
        self._lens = Lens()
        self._spare = Planes.filled(timeline.width, timeline.height)

    def draw(self, index: int, frame: Planes) -> None:
        """Fill a frame of the film's size. Frames are drawn quickest in order. Raises RenderError."""
        self.draw_picture(index, frame)
        for text in self._timeline.texts:
            if text.first <= index < text.end:
                self._lettering(text).draw(index, frame)
        self._fade(index, frame)

    def draw_picture(self, index: int, frame: Planes) -> None:
        """The frame without words and without the film's fades."""
        self._forget(index)
        on_screen = [shot for shot in self._timeline.shots if shot.first <= index < shot.end]
        if not on_screen:
            Blank().draw(index, frame, self._lens)
        for place, plan in enumerate(on_screen):
            if place == 0:
                self._shot(plan).draw(index, frame, self._lens)
                continue
            self._shot(plan).draw(index, self._spare, self._lens)
            progress = (index - plan.first + 1) / (plan.lead_in + 1)
            mix(plan.transition if progress < 1 else "cut", frame, self._spare, progress)
        finish(frame, self._timeline.look)

    def _fade(self, index: int, frame: Planes) -> None:
        film = self._timeline
        shown = 1.0
        if index < film.fade_in:
            shown = (index + 1) / (film.fade_in + 1)
        left = film.frames - 1 - index
        if left < film.fade_out:
            shown = min(shown, left / film.fade_out)
        toward(frame, BLACK, 1 - shown)

    @property
    def opened(self) -> dict[ShotKey, Shot]:
        """The shots that are held: those that were on screen last."""
        return self._open

    def _key(self, plan: ShotPlan) -> ShotKey:
        film = self._timeline
        return plan, film.width, film.height, film.fps, film.look

    def _shot(self, plan: ShotPlan) -> Shot:
        shot = self._open.get(self._key(plan))
        if shot is None:
            film = self._timeline
            size = (film.width, film.height)
            if plan.kind == "image":
                shot = PhotoShot(plan, self._prepared(plan, size))
            elif plan.kind == "video":
                shot = ClipShot(plan, size, film.fps, film.look)
            else:
                shot = Blank()
            self._open[self._key(plan)] = shot
        return shot

    def _prepared(self, plan: ShotPlan, size: tuple[int, int]) -> Prepared:
        film = self._timeline
        if self._shelf is None:
            return prepare(plan, size, film.fps, film.look)
        return fetch(self._shelf, prepare, plan, size, film.fps, film.look)

    def _lettering(self, text: TextPlan) -> Words:
        words = self._words.get(text)
        if words is None:
            beneath = Planes.filled(self._timeline.width, self._timeline.height)
            on_screen, self._open = self._open, dict(self._open)  # a look ahead must not close what is being shown
            self.draw_picture(text.first + text.frames // 2, beneath)
            self._open = on_screen
            words = self._words[text] = _SETTERS[text.style](text, beneath)
        return words

    def _forget(self, index: int) -> None:
        shown = {self._key(plan) for plan in self._timeline.shots if plan.first <= index < plan.end}
        for key in [key for key in self._open if key not in shown]:
            del self._open[key]
