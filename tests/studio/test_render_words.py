"""Words on the picture: any script, wrapped, inside the safe area, readable, coming and going."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import studio.render
from studio.model import RenderOptions
from studio.render import RenderError, draft_of, probe, render_still
from studio.render.fonts import runs_of, visual
from studio.render.typeset import set_text

W, H = 360, 640
SCRIPTS = {
    "latin": "Golden Hour",
    "cyrillic": "Тёплый вечер",
    "greek": "Χρυσή ώρα",
    "chinese": "我们的夏天",
    "japanese": "さよなら夏の日",
    "korean": "여름 이야기",
    "arabic": "ساعة ذهبية",
    "hebrew": "שעת הזהב",
    "devanagari": "सुनहरा पल",
    "thai": "ช่วงเวลาทอง",
    "emoji": "🌅✨🎬",
}


def still(tmp_path: Path, at_ms: int = 1500, ground: str = "black", **meta: object) -> np.ndarray:  # type: ignore[type-arg]  # pixels
    Image.new("RGB", (W, H), ground).save(tmp_path / "a.png")
    shot = probe(tmp_path / "a.png", "a.png")
    draft = draft_of([shot], seconds=3, width=W, height=H, fps=10, motion="none")
    words = {"start_ms": 0, "role": "title", **meta}
    track = {"tt": 7, "sg": [{"d": 3000, "m": words}], "m": {"role": "title"}}
    draft = type(draft).model_validate({**draft.model_dump(), "t": [*draft.model_dump()["t"], track]})
    picture = render_still(draft, {shot.id: tmp_path / "a.png"}, RenderOptions(), at_ms=at_ms)
    return np.asarray(picture).astype(int)


def lit(pixels: np.ndarray) -> tuple[int, int, int, int]:  # type: ignore[type-arg]  # pixels
    """left, top, right, bottom of what is bright."""
    ys, xs = np.nonzero(pixels.mean(axis=2) > 150)
    return int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_every_script_is_drawn_with_glyphs_of_its_own(tmp_path: Path, text: str) -> None:
    drawn = still(tmp_path, text=text)
    left, top, right, bottom = lit(drawn)
    assert 0.08 * W - 1 <= left < right <= 0.92 * W + 1 and abs((top + bottom) / 2 - H / 2) < 0.06 * H
    # the box that stands for a missing glyph looks the same for every character
    letters = [letter for letter in dict.fromkeys(text) if not letter.isspace()]
    shapes = {set_text(letter, size=40, weight=700, max_width=400, max_height=400).mask.tobytes() for letter in letters}
    assert len(shapes) >= 0.8 * len(letters)


def test_japanese_and_chinese_ideographs_come_from_their_own_faces() -> None:
    assert runs_of("直す")[0].face.index != runs_of("直接")[0].face.index


def test_right_to_left_words_stand_right_of_what_follows_them() -> None:
    order = [run.text.strip() for run in visual(runs_of("שלום Tel Aviv"))]
    assert order == ["Tel Aviv", "שלום"]
    assert [run.text.strip() for run in visual(runs_of("Tel Aviv שלום"))] == ["Tel Aviv", "שלום"]


def test_a_blank_after_an_emoji_is_one_between_words() -> None:
    runs = runs_of("Ada 🌅 我们")
    assert "".join(run.text for run in runs) == "Ada 🌅 我们"
    (emoji,) = (run for run in runs if "🌅" in run.text)
    assert not emoji.text.endswith(" ")  # the emoji font's own blank is as wide as a picture


@pytest.mark.parametrize(("position", "low", "high"), [("top", 0.1, 0.3), ("center", 0.4, 0.6), ("bottom", 0.65, 0.82)])
def test_position_colour_and_size_are_obeyed(tmp_path: Path, position: str, low: float, high: float) -> None:
    drawn = still(tmp_path, text="Hello", position=position, color="#ffd700", size=5)
    _, top, _, bottom = lit(drawn)
    assert low * H <= top < bottom <= high * H
    red, green, blue = drawn[drawn.sum(axis=2) > 400].mean(axis=0)
    assert red > 200 and green > 170 and blue < 90
    assert 0.02 * H < bottom - top < 0.06 * H


def test_a_long_title_is_wrapped_and_shrunk_into_the_safe_area(tmp_path: Path) -> None:
    drawn = still(tmp_path, text="An evening by the sea that nobody wanted to end, least of all the dog " * 4)
    left, top, right, bottom = lit(drawn)
    assert left >= 0.07 * W and right <= 0.93 * W and top >= 0.11 * H and bottom <= 0.82 * H


def test_white_words_on_white_get_a_plate(tmp_path: Path) -> None:
    on_white, on_black = still(tmp_path, ground="white", text="Hello"), still(tmp_path, text="Hello")
    assert on_white.mean(axis=2).min() < 130
    middle = on_white[H // 2 - 14 : H // 2 + 14, W // 2 - 40 : W // 2 + 40].mean(axis=2)
    assert (middle < 140).any() and (middle > 225).any()
    assert np.median(on_black) < 5


@pytest.mark.parametrize("animation", ["none", "fade", "slide", "typewriter"])
def test_words_come_and_go_as_asked(tmp_path: Path, animation: str) -> None:
    amount = [float(still(tmp_path, at, text="Hello there", animation=animation).sum()) for at in (0, 500, 1700, 2900)]
    first, early, whole, last = amount
    assert whole > 0
    if animation == "none":
        assert first == early == whole == last
    elif animation == "typewriter":
        assert first < early < whole
    else:
        assert first < 0.5 * whole and last < 0.5 * whole
    if animation == "slide":
        _, high, _, _ = lit(still(tmp_path, 1700, text="Hello there", animation=animation))
        _, low, _, _ = lit(still(tmp_path, 300, text="Hello there", animation=animation))
        assert low > high


def test_an_unknown_colour_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="not a colour"):
        still(tmp_path, text="Hello", color="sunsetty")


def test_compiled_data_is_current() -> None:
    data = Path(studio.render.__file__).parent / "data"
    for source in data.glob("*.yaml"):
        compiled = json.loads((data / "compiled" / f"{source.stem}.json").read_text(encoding="utf-8"))
        assert compiled == yaml.safe_load(source.read_text(encoding="utf-8"))


def test_a_lower_third_stands_low_at_the_side_behind_its_bar(tmp_path: Path) -> None:
    words = {"text": "Ada Lovelace — first programmer", "style": "lower-third", "color": "gold"}
    drawn = still(tmp_path, **words)
    left, top, right, bottom = lit(drawn)
    assert 0.07 * W <= left < 0.12 * W and 0.6 * H < top < bottom <= 0.82 * H and right < 0.93 * W
    bar = drawn[(top + bottom) // 2, left]
    assert bar[0] > 200 and bar[2] < 120  # gold
    rows = np.nonzero((drawn[:, left + 12 :].mean(axis=2) > 200).any(axis=1))[0]
    assert (np.diff(rows) > 3).sum() == 1  # the name, and below it who she is
    coming = still(tmp_path, 100, **words)
    assert 0 < (coming > 150).sum() < 0.5 * (drawn > 150).sum()


def test_credits_roll_from_below_to_above_over_a_darker_picture(tmp_path: Path) -> None:
    words = {"text": "Directed by\nMia\n\nPhotographs\nMia and Tom", "style": "credits"}
    early, middle, late = (still(tmp_path, at, ground="#808080", **words) for at in (600, 1500, 2400))
    assert lit(early)[1] > H / 2 and lit(late)[3] < H / 2
    assert abs((lit(middle)[1] + lit(middle)[3]) / 2 - H / 2) < 0.05 * H
    assert middle[4, 4].max() < 70 < still(tmp_path, 0, ground="#808080", **words)[4, 4].min()
    many = {"text": "\n".join(f"Name {number}" for number in range(60)), "style": "credits"}
    assert lit(still(tmp_path, 1500, **many))[1] < 20  # a roll longer than the frame is not shrunk into it


def test_thai_without_blanks_is_broken_between_syllables(tmp_path: Path) -> None:
    text = "เรากำลังเดินทางไปเที่ยวทะเลในวันหยุดยาว"
    setting = set_text(text, size=40, weight=700, max_width=300, max_height=600)
    assert setting.size == 40 and len(setting.lines) > 1


def test_an_unknown_style_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="lower-third, credits"):
        still(tmp_path, text="Hello", style="banner")
