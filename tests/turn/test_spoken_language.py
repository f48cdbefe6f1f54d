"""The reply follows the newest words; an example is one in the user's own language."""

from dataclasses import replace
from pathlib import Path

import pytest

from router import detect_language
from skill.document import load_skill
from skill.handlers.contract import Conversation
from skill.turn.conversation import spoken_language
from skill.turn.events import TurnRequest
from skill.turn.rows import example
from skill.turn.say import Messages

PLAN = load_skill(Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [
        ("zh", "send it", "en"),
        ("zh", "credits", "en"),
        ("zh", "make it warmer", "en"),
        ("zh", "ok", "zh"),
        ("zh", "status", "zh"),
        ("zh", "1080p mp4", "zh"),
        ("zh", "9:16", "zh"),
        ("zh", "beach.jpg my-film.mp4", "zh"),
        ("zh", "Ken Burns", "zh"),
        ("zh", "", "zh"),
        ("en", "导出", "zh"),
        ("en", "好", "zh"),
        ("", "export", "en"),
        ("de", "status", "de"),
    ],
)
def test_the_newest_words_decide_where_they_tell_it(before: str, words: str, after: str) -> None:
    assert spoken_language(TurnRequest(words), Conversation(language=before)) == after


def test_an_example_is_in_the_language_of_the_reply() -> None:
    chinese = Messages("zh")
    assert detect_language(example(PLAN, chinese, "zh")) == "zh"
    english = replace(PLAN, examples=("Make a reel of these photos with a slow zoom",))
    assert example(english, Messages("en"), "en") == "Make a reel of these photos with a slow zoom"
    assert example(english, chinese, "zh") == chinese("default_example")
    own = replace(PLAN, examples=("Make a reel of these photos", "把照片做成视频"))
    assert example(own, chinese, "zh") == "把照片做成视频"
