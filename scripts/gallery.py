"""Draws docs/gallery: one sheet of film frames per feature of the render engine, to be looked at after a change.

    python scripts/gallery.py [NAME …]

Each row is one film, its frames in order of time. Photos: those of examples/photos.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from PIL import Image, ImageDraw

from api import Draft, Motion, Transition
from studio.model import Media, RenderOptions
from studio.render import draft_of, probe
from studio.render.compose import Composer
from studio.render.fonts import font, runs_of
from studio.render.layout import lay_out
from studio.render.planes import Planes, to_rgb
from studio.render.timeline import LOOKS

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs" / "gallery"
PHOTOS = [probe(path, path.name) for path in sorted((ROOT / "examples" / "photos").glob("*.jpg"))]
MEDIA = {photo.id: ROOT / "examples" / "photos" / photo.name for photo in PHOTOS}
DANDELIONS, DOGS, STREAM, PATH, MEADOW, FIG, DRUM, SUNSET = PHOTOS
SMALL = (256, 144)
GROUND, INK = (24, 24, 26), (208, 208, 212)
SCRIPTS = (
    "Golden Hour", "Тёплый вечер", "Χρυσή ώρα", "我们的夏天", "さよなら夏の日", "여름 이야기",
    "ساعة ذهبية", "שעת הזהב", "सुनहरा पल", "ช่วงเวลาทอง", "Ada 🌅 我们 2026",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One film. at: the moments shown, 0..1 of it."""

    label: str
    draft: Draft
    at: tuple[float, ...] = (0.03, 0.35, 0.65, 0.97)


def film(*photos: Media, seconds: float = 3, size: tuple[int, int] = SMALL, **more: Any) -> Draft:
    return draft_of(photos, seconds=seconds, width=size[0], height=size[1], fps=24, **more)


def worded(draft: Draft, *, look: str | None = None, **words: Any) -> Draft:
    """The film with words on it all the time, and perhaps a look."""
    plain = draft.model_dump()
    if look:
        plain["m"]["look"] = look
    if words:
        role = words.setdefault("role", "title")
        length = words.pop("length_ms", draft.duration_ms)
        segment = {"d": length, "m": {"start_ms": 0, **words}}
        plain["t"].append({"tt": 7, "m": {"role": role}, "sg": [segment]})
    return Draft.model_validate(plain)


def motions() -> Iterator[Row]:
    for motion in get_args(Motion):
        yield Row(motion, film(FIG, seconds=4, motion=motion), (0.0, 0.25, 0.5, 0.75, 1.0))


def transitions() -> Iterator[Row]:
    for kind in get_args(Transition):
        draft = film(STREAM, SUNSET, seconds=3, motion="none", transition=kind, transition_ms=1000)
        yield Row(kind, draft, (0.3, 0.42, 0.5, 0.58, 0.7))


def looks() -> Iterator[Row]:
    for look in LOOKS:
        yield Row(
            look, worded(film(DOGS, FIG, MEADOW, SUNSET, seconds=4, motion="none"), look=look), (0.1, 0.4, 0.6, 0.9)
        )


def framing() -> Iterator[Row]:
    for label, size in (("16:9", (256, 144)), ("1:1", (180, 180)), ("4:5", (160, 200)), ("9:16", (144, 256))):
        draft = film(DOGS, STREAM, FIG, DRUM, seconds=8, size=size)
        yield Row(label, draft, (0.1, 0.37, 0.63, 0.9))


def titles() -> Iterator[Row]:
    for position in ("top", "center", "bottom"):
        yield Row(position, worded(film(SUNSET), text="An evening by the sea", position=position))
    for animation in ("none", "fade", "slide", "typewriter"):
        yield Row(animation, worded(film(PATH), text="Golden Hour", animation=animation), (0.0, 0.1, 0.3, 0.98))
    for color in ("gold", "#1e6fd9", "black"):
        yield Row(color, worded(film(MEADOW), text="On any ground", color=color))
    yield Row("caption", worded(film(DRUM), text="A drum, some wine, and nobody to play", role="caption"))


def scripts() -> Iterator[Row]:
    for start in range(0, len(SCRIPTS), 4):
        few = SCRIPTS[start : start + 4]
        draft = film(DANDELIONS, seconds=len(few), motion="none")
        plain = draft.model_dump()
        sg = [{"d": 1000, "m": {"start_ms": n * 1000, "text": t, "role": "title"}} for n, t in enumerate(few)]
        plain["t"].append({"tt": 7, "m": {"role": "title"}, "sg": sg})
        at = tuple((number + 0.5) / len(few) for number in range(len(few)))
        yield Row("", Draft.model_validate(plain), at)


def lower_thirds() -> Iterator[Row]:
    for label, size in (("wide", (384, 216)), ("tall", (180, 320))):
        for text, color in (("Ada Lovelace — first programmer", "gold"), ("李雷\n导演", "#ff5a5f")):
            draft = worded(film(DOGS, size=size), text=text, color=color, style="lower-third")
            yield Row(label, draft, (0.03, 0.08, 0.5, 0.93))


def end_credits() -> Iterator[Row]:
    text = "Directed by\nMia Berg\n\nPhotographs\nTom, Mia and 李雷\n\nMusic\nmade here\n\nThank you\nfor watching"
    yield Row("wide", worded(film(SUNSET, seconds=6), text=text, style="credits"), (0.1, 0.35, 0.6, 0.85))
    yield Row(
        "tall", worded(film(SUNSET, seconds=6, size=(144, 256)), text=text, style="credits"), (0.1, 0.35, 0.6, 0.85)
    )


def drawn(row: Row) -> list[Image.Image]:
    timeline = lay_out(row.draft, MEDIA, RenderOptions())
    composer, frame = Composer(timeline), Planes.filled(timeline.width, timeline.height)
    pictures = []
    for share in row.at:
        composer.draw(min(timeline.frames - 1, round(share * (timeline.frames - 1))), frame)
        pictures.append(Image.fromarray(to_rgb(frame)))
    return pictures


def sheet(rows: list[Row]) -> Image.Image:
    """Rows below each other, each with its label at the left."""
    pictures = [drawn(row) for row in rows]
    gap, label = 6, 96
    wide = max(sum(picture.width + gap for picture in row) for row in pictures)
    tall = sum(row[0].height + gap for row in pictures)
    whole = Image.new("RGB", (label + wide, tall + gap), GROUND)
    pen, top = ImageDraw.Draw(whole), gap
    for row, frames in zip(rows, pictures, strict=True):
        if row.label:
            pen.text((gap, top + 4), row.label, fill=INK, font=font(runs_of(row.label)[0].face, 13, 500))
        left = label
        for picture in frames:
            whole.paste(picture, (left, top))
            left += picture.width + gap
        top += frames[0].height + gap
    return whole


SHEETS: dict[str, Callable[[], Iterator[Row]]] = {
    "motions": motions,
    "transitions": transitions,
    "looks": looks,
    "framing": framing,
    "titles": titles,
    "scripts": scripts,
    "lower-thirds": lower_thirds,
    "credits": end_credits,
}


def main(names: list[str]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or SHEETS:
        sheet(list(SHEETS[name]())).save(OUT / f"{name}.jpg", quality=82, optimize=True)
        print(OUT / f"{name}.jpg")


if __name__ == "__main__":
    main(sys.argv[1:])
