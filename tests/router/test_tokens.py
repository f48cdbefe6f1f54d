"""How a masked text is cut into tokens, and what is remembered of characters and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.remembered import Remembered
from router.tokens import ADDRESS, FILE, QUOTED, tokens


def cut(text: str) -> list[tuple[str | None, str]]:
    return [(match.lastgroup, text[slice(*match.span(match.lastgroup))]) for match in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("don't stop", [("word", "don't"), ("word", "stop")], "an apostrophe between letters is part of the word"),
        ("4k video_1", [("word", "4k"), ("word", "video"), ("word", "1")], "digits are letters, an underscore is none"),
        ("把片子 发我", [("glued", "把片子 发我")], "one space does not end a run of Chinese"),
        ("ทำวิดีโอ", [("glued", "ทำวิดีโอ")], "Thai vowel signs belong to the run"),
        ("वीडियो भेजो", [("word", "वीडियो"), ("word", "भेजो")], "Devanagari signs are part of words"),
        ("é", [("word", "é")], "so is an accent that stands apart"),
        ("导出export", [("glued", "导出"), ("word", "export")], "scripts part words"),
        ("a - b", [("word", "a"), ("comma", "-"), ("word", "b")], "a dash between spaces is a comma"),
        ("re-do", [("word", "re"), ("word", "do")], "one inside a word is not"),
        ("a—b", [("word", "a"), ("comma", "—"), ("word", "b")], "a long dash always is"),
        ("first (2) then", [("word", "first"), ("stop", "(2)"), ("word", "then")], "a number in brackets lists"),
        ("so?!\nyes", [("word", "so"), ("stop", "?!\n"), ("word", "yes")], "marks and line ends are one stop"),
        (f"use {ADDRESS * 3}", [("word", "use"), ("url", ADDRESS * 3)], "an address is one token"),
        (f"{QUOTED}{FILE}", [("quote", QUOTED), ("file", FILE)], "so are quotations and files"),
        ("🎬 ok", [("word", "ok")], "an emoji is nothing"),
    ],
)
def test_tokens(text: str, expected: list[tuple[str, str]], reason: str) -> None:
    assert cut(text) == expected, reason


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_plain_text_is_cut_as_it_is_beside_other_scripts(text: str) -> None:
    """ASCII has a quicker way, which must come to the same."""
    assert cut(text) == cut(text + "🎬")


def test_what_is_remembered_stays_within_its_bound() -> None:
    asked: list[int] = []

    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    doubles: Remembered[int, int] = Remembered(double, 3)
    assert [doubles[number] for number in (1, 2, 1, 2, 3, 4, 1)] == [2, 4, 2, 4, 6, 8, 2]
    assert asked == [1, 2, 3, 4, 1], "known until the fourth made it forget"
    assert len(doubles) == 2
