"""What somebody says along with a photo reaches the studio whole, not only the part that decided the route."""

from __future__ import annotations

from pathlib import Path

import pytest

from router import classify
from skill import load_skill

PLAN = load_skill(Path(__file__).parents[2])


@pytest.mark.parametrize(
    "words",
    [
        "animate this with a slow zoom in, 3 seconds, square",
        "把这些照片做成一个20秒的竖屏视频，轻快的音乐，标题写“夏天”",
        "haz un vídeo vertical de 15 segundos, con música tranquila, título «Verano»",
    ],
)
def test_words_beside_a_photo_arrive_whole(words: str) -> None:
    intents = classify(words, PLAN.routing, files=["a.jpg"])
    assert [(intent.action, intent.text) for intent in intents] == [("upload", ""), ("chat", words)]
