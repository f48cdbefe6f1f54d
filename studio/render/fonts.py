"""Which font draws which part of a text: runs of one font and one direction, each shaped by HarfBuzz."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from PIL import ImageFont

_DATA = "data/compiled/fonts.json"
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True)
class Face:
    """A font file of an installed wheel. index: the face in a collection."""

    package: str
    file: str
    index: int = 0
    rtl: bool = False
    blank: bool = True  # whether its blank is one between words


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that share a face, in reading order."""

    text: str
    face: Face


def runs_of(text: str) -> tuple[Run, ...]:
    """Cut a line where the font changes; blanks, digits and marks stay with what they follow."""
    han = _han_face(text)
    runs: list[tuple[str, Face]] = []
    for char in text:
        face = _face_of(char, han)
        if face is None and runs and unicodedata.category(char)[0] in "PS" and runs[-1][1] != han:
            face = _fallback()  # fonts of one script lack brackets and quotes
        if face is None and runs and char.isspace() and not runs[-1][1].blank:
            face = _fallback()
        if runs and (face is None or face == runs[-1][1]):
            runs[-1] = (runs[-1][0] + char, runs[-1][1])
        else:
            runs.append((char, face or _fallback()))
    return tuple(Run(*run) for run in _tidy(runs))


def visual(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Runs from left to right as they are seen: the line runs the way its first letter does."""
    if not runs:
        return ()
    base = runs[0].face.rtl
    ordered = list(reversed(runs)) if base else list(runs)
    start = 0
    while start < len(ordered):
        stop = start
        while stop < len(ordered) and ordered[stop].face.rtl is not base:
            stop += 1
        ordered[start:stop] = ordered[start:stop][::-1]
        start = max(stop, start) + 1
    return tuple(ordered)


@cache
def font(face: Face, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """A sized font, its weight axis set where it has one (Noto Sans CJK would be Thin otherwise)."""
    path = files(face.package) / face.file
    loaded = ImageFont.truetype(str(path), size, index=face.index, layout_engine=ImageFont.Layout.RAQM)
    loaded.set_variation_by_axes([_setting(axis, weight) for axis in loaded.get_variation_axes()])
    return loaded


def breaks_anywhere(char: str) -> bool:
    """Whether a line may end before or after this character without a blank: ideographs and kana."""
    return any(_within(char, _fonts()["cjk"][kind]) for kind in ("han", "kana", "bopomofo"))


def _setting(axis: Any, weight: int) -> float:
    low, default, high = (float(axis[key] or 0) for key in ("minimum", "default", "maximum"))
    return min(max(float(weight), low), high) if _is_weight(axis) else default


def _is_weight(axis: Any) -> bool:
    name = axis["name"]
    return bool((name if isinstance(name, bytes) else str(name).encode()) in (b"Weight", b"wght"))


def _tidy(runs: list[tuple[str, Face]]) -> list[tuple[str, Face]]:
    """A leading run of blanks or digits takes the face of what follows."""
    if len(runs) > 1 and not any(unicodedata.category(char)[0] == "L" for char in runs[0][0]):
        head, (following, face) = runs[0], runs[1]
        if head[1] == _fallback() and not face.rtl:
            return [(head[0] + following, face), *runs[2:]]
    return runs


def _face_of(char: str, han: Face) -> Face | None:
    """None = no face of its own."""
    if char in _JOINERS or unicodedata.category(char) in ("Mn", "Mc", "Me", "Zs", "Nd", "Cf"):
        return None if not _has_own_script(char) else _scripted(char, han)
    found = _scripted(char, han)
    if found is None and unicodedata.category(char)[0] == "P":
        return None
    return found or _fallback()


def _has_own_script(char: str) -> bool:
    return ord(char) >= 0x0590 and char not in _JOINERS and unicodedata.category(char) != "Zs"


def _scripted(char: str, han: Face) -> Face | None:
    data = _fonts()
    if any(_within(char, data["cjk"][kind]) for kind in ("han", "kana", "hangul", "bopomofo")):
        return han
    for row in data["scripts"]:
        if _within(char, row["ranges"]):
            package = data["fallback"]["package"]
            return Face(package, row["file"], rtl=row.get("rtl", False), blank=row.get("blank", True))
    return None


def _han_face(text: str) -> Face:
    cjk = _fonts()["cjk"]
    for kind in ("kana", "hangul", "bopomofo"):
        if any(_within(char, cjk[kind]) for char in text):
            return _cjk_face(cjk["faces"][kind])
    return _cjk_face(cjk["faces"]["han"])


@cache
def _cjk_face(region: str) -> Face:
    """The collection's sans face of a region; its place in the file is found by name."""
    cjk = _fonts()["cjk"]
    path = str(files(cjk["package"]) / cjk["file"])
    for index in range(64):
        try:
            family = ImageFont.truetype(path, 12, index=index).getname()[0] or ""
        except OSError:
            break
        if family.startswith("Noto Sans CJK") and family.split()[3:4] == [region]:
            return Face(cjk["package"], cjk["file"], index)
    return Face(cjk["package"], cjk["file"])


@cache
def _fallback() -> Face:
    return Face(**_fonts()["fallback"])


@cache
def _fonts() -> dict[str, Any]:
    text = files(__package__).joinpath(_DATA).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _within(char: str, ranges: list[list[int]]) -> bool:
    return any(low <= ord(char) <= high for low, high in ranges)
