"""Whatever is said in any of the eight languages is answered in that language, and leaves a sound draft."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from api import Draft, Segment, TrackType
from studio.agent import respond
from studio.agent.listening import reply_language
from studio.agent.words import expanded
from studio.model import Brief, Media

COMPILED = Path(__file__).parents[2] / "studio" / "agent" / "lexicon" / "compiled"
LANGUAGES = ("en", "zh", "es", "fr", "de", "ja", "pt", "ko")
UNSPACED = {"zh", "ja"}
FILES = (
    *(Media(f"{n:064x}", f"IMG_{n}.jpg", "image", 4000, 3000) for n in range(4)),
    Media("clip", "beach.mp4", "video", 1920, 1080, duration_ms=5000),
    Media("song", "song.mp3", "audio", duration_ms=60_000),
)
AMOUNTS = ("3", "2", "15", "35%", "'Hi'", ",", "0:20", "16:9")


def wordings(language: str) -> list[str]:
    concepts = json.loads((COMPILED / f"{language}.json").read_text(encoding="utf-8"))
    concepts.pop("variants", None)
    written = [part.strip() for values in concepts.values() for line in values.values() for part in line.split("|")]
    return [spelled for wording in written for spelled in expanded(wording)]


def segments(draft: Draft) -> list[Segment]:
    return [segment for track in draft.of_type(TrackType.VIDEO) for segment in track.segments]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_thrown_together_leave_a_sound_draft(language: str) -> None:
    chance = random.Random(language)
    known = wordings(language)
    base = respond(Brief("make a 20 second video with lo-fi music", Draft(), FILES))
    for _ in range(150):
        words = chance.sample(known, chance.randint(1, 7)) + chance.sample(AMOUNTS, chance.randint(0, 2))
        chance.shuffle(words)
        request = ("" if language in UNSPACED else " ").join(words)
        answer = respond(Brief(request, base.draft, FILES, (Draft(),), base.memory, language))
        assert answer.text.strip(), request
        shown = segments(answer.draft)
        overlaps = [segment.meta.transition_ms or 0 for segment in shown[:-1]]
        assert sum(segment.duration_ms for segment in shown) - sum(overlaps) == answer.draft.duration_ms, request
        for left, right in pairwise(shown):
            shared = left.meta.transition_ms or 0
            assert shared <= min(left.duration_ms, right.duration_ms) / 2 + 1, request


@pytest.mark.parametrize(
    ("words", "session", "spoken"),
    [
        ("hazlo más corto", "en", "es"),
        ("plus lent s'il te plaît", "en", "fr"),
        ("mach es bitte länger", "en", "de"),
        ("mais devagar", "pt", "pt"),  # French words too, but not all of them
        ("sube la música", "es", "es"),
        ("もっと長くして", "en", "ja"),
        ("더 길게 해줘", "en", "ko"),
        ("make it longer", "de", "en"),
        ("0:30", "fr", "fr"),
        ("ok", "ja", "ja"),
        ("放慢一点", "en", "zh"),
    ],
)
def test_the_answer_is_in_the_language_of_the_words(words: str, session: str, spoken: str) -> None:
    assert reply_language(words, session) == spoken


@pytest.mark.parametrize(
    ("typed", "language", "shape"),
    [
        ("hazlo mas corto, 10 segundos", "es", None),
        ("fur YouTube, 10 Sekunden", "de", (1920, 1080)),
        ("en carre, 10 secondes", "fr", (1080, 1080)),
        ("poe na vertical, 10 segundos", "pt", (1080, 1920)),
    ],
)
def test_words_typed_without_their_marks_are_understood(
    typed: str, language: str, shape: tuple[int, int] | None
) -> None:
    base = respond(Brief("make a 20 second video", Draft(), FILES[:4]))
    after = respond(Brief(typed, base.draft, FILES[:4], (Draft(),), base.memory, language)).draft
    assert after.duration_ms == 10_000
    assert shape is None or (after.meta.width, after.meta.height) == shape
