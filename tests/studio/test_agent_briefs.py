"""What people ask for, and what the draft must be afterwards: one table per file in briefs/, checked by property.

A brief: photos (how many, or their names), shape (of the photos), clips (name: ms), audio, dated, then turns. Before a
turn's words, `send` adds photos. What a turn may expect is what CHECKS knows, plus `same` (parts that stay byte for
byte). A file is named for the language its briefs are in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from api import Draft, TrackType
from studio.agent import respond
from studio.agent.listening import reply_language
from studio.model import Answer, Brief, Media
from studio.music import beat_times

LANGUAGES = {
    "spanish": "es",
    "french": "fr",
    "german": "de",
    "japanese": "ja",
    "portuguese": "pt",
    "korean": "ko",
}
"""The language of the session in a file of briefs; English in the others."""

BRIEFS = Path(__file__).parent / "briefs"
SHAPES = {"landscape": (4000, 3000), "portrait": (3000, 4000), "square": (3000, 3000)}
GUI = re.compile(
    r"\b(click|open|drag|drop|button|panel|export|preview)\b|点击|打开|拖|导出|按钮|面板|预览", re.IGNORECASE
)


def briefs() -> Iterator[Any]:
    for path in sorted(BRIEFS.glob("*.yaml")):
        for brief in yaml.safe_load(path.read_text(encoding="utf-8")):
            brief.setdefault("language", LANGUAGES.get(path.stem, "en"))
            yield pytest.param(brief, id=f"{path.stem}-{brief['name']}".replace(" ", "_"))


def photos(named: int | list[str], shape: str, dated: bool, start: int = 0) -> tuple[Media, ...]:
    names = [f"IMG_{start + n + 1:04}.jpg" for n in range(named)] if isinstance(named, int) else named
    width, height = SHAPES[shape]
    count = len(names)
    return tuple(
        Media(f"{start + n:064x}", name, "image", width, height, captured_at=float(count - n) if dated else None)
        for n, name in enumerate(names)
    )


def video(draft: Draft) -> list[Any]:
    return [segment for track in draft.of_type(TrackType.VIDEO) for segment in track.segments]


def of_role(draft: Draft, role: str) -> list[Any]:
    return [segment for track in draft.tracks if track.meta.get("role") == role for segment in track.segments]


def length(draft: Draft) -> int:
    """Σd − Σtransition, as the convention says; independent of api.draft's own arithmetic."""
    segments = video(draft)
    overlaps = sum(s.meta.transition_ms or 0 for s in segments[:-1] if s.meta.transition not in (None, "cut"))
    return sum(segment.duration_ms for segment in segments) - overlaps


def text_facts(draft: Draft, role: str) -> list[dict[str, Any]]:
    return [
        {
            "text": s.meta.text,
            "start": s.meta.start_ms,
            "end": s.meta.start_ms + s.duration_ms,
            "position": s.meta.position,
            "color": s.meta.color,
            "size": s.meta.size,
            "animation": s.meta.animation,
            "style": (s.meta.model_extra or {}).get("style"),
        }
        for s in of_role(draft, role)
    ]


def assert_texts(draft: Draft, role: str, wanted: list[dict[str, Any]]) -> None:
    found = text_facts(draft, role)
    assert len(found) == len(wanted), found
    for one, want in zip(found, wanted, strict=True):
        assert {key: one[key] for key in want} == want


def assert_music(answer: Answer, want: Any) -> None:
    found = of_role(answer.draft, "music")
    if want is None:
        assert found == []
        return
    assert len(found) == 1
    facts = found[0].meta.model_dump(exclude_none=True) | {"duration": found[0].duration_ms}
    assert {key: facts.get(key) for key in want} == want


def assert_on_beats(draft: Draft) -> None:
    """The middle of each transition falls on a beat of the music."""
    music = of_role(draft, "music")[0]
    beats = beat_times(music.meta.mood, music.duration_ms)
    at = 0.0
    for segment in video(draft)[:-1]:
        shared = segment.meta.transition_ms or 0
        at += segment.duration_ms - shared
        assert min(abs(at + shared / 2 - beat) for beat in beats) <= 1, at


def times(draft: Draft) -> list[int]:
    """The time each photo has the screen: from the middle of one transition to the middle of the next."""
    shared = [0, *((s.meta.transition_ms or 0) / 2 for s in video(draft)[:-1]), 0]
    return [round(s.duration_ms - shared[i] - shared[i + 1]) for i, s in enumerate(video(draft))]


def equal(read: Callable[[Draft], Any]) -> Callable[[Answer, Any], None]:
    def compare(answer: Answer, want: Any) -> None:
        assert read(answer.draft) == want

    return compare


def says(answer: Answer, want: list[str]) -> None:
    for words in want:
        assert words in answer.text


def says_not(answer: Answer, want: list[str]) -> None:
    for words in want:
        assert words not in answer.text


def asks(answer: Answer, want: str) -> None:
    assert answer.memory.get("needs") == want


CHECKS: dict[str, Callable[[Answer, Any], None]] = {
    "length": equal(length),
    "size": equal(lambda draft: [draft.meta.width, draft.meta.height]),
    "fps": equal(lambda draft: draft.meta.fps),
    "count": equal(lambda draft: len(video(draft))),
    "order": equal(lambda draft: [segment.meta.name.partition(".")[0] for segment in video(draft)]),
    "motion": equal(lambda draft: sorted({segment.meta.motion for segment in video(draft)})),
    "motions": equal(lambda draft: [segment.meta.motion for segment in video(draft)]),
    "transition": equal(lambda draft: sorted({segment.meta.transition for segment in video(draft)[:-1]})),
    "transitions": equal(lambda draft: [segment.meta.transition for segment in video(draft)[:-1]]),
    "transition_ms": equal(lambda draft: sorted({segment.meta.transition_ms or 0 for segment in video(draft)[:-1]})),
    "times": equal(times),
    "fade_in": equal(lambda draft: draft.meta.fade_in_ms),
    "fade_out": equal(lambda draft: draft.meta.fade_out_ms),
    "look": equal(lambda draft: draft.meta.look),
    "loop": equal(lambda draft: draft.meta.loop),
    "voice": equal(lambda draft: [segment.meta.text for segment in of_role(draft, "voice")]),
    "titles": lambda answer, want: assert_texts(answer.draft, "title", want),
    "captions": lambda answer, want: assert_texts(answer.draft, "caption", want),
    "music": assert_music,
    "clip_sound": equal(lambda draft: [segment.meta.volume for segment in video(draft)]),
    "beats": lambda answer, want: assert_on_beats(answer.draft) if want else None,
    "edits": lambda answer, want: None if set(want) <= set(answer.edits) else pytest.fail(str(answer.edits)),
    "says": says,
    "says_not": says_not,
    "asks": asks,
}

SAME: dict[str, Callable[[Draft], Any]] = {
    "order": lambda draft: [segment.meta.source for segment in video(draft)],
    "length": length,
    "size": lambda draft: (draft.meta.width, draft.meta.height),
    "segments": lambda draft: [segment.model_dump_json() for segment in video(draft)],
    "titles": lambda draft: [segment.model_dump_json() for segment in of_role(draft, "title")],
    "captions": lambda draft: [segment.model_dump_json() for segment in of_role(draft, "caption")],
    "music": lambda draft: [segment.model_dump_json() for segment in of_role(draft, "music")],
    "film": lambda draft: draft.meta.model_dump_json(),
    "motion": lambda draft: [segment.meta.motion for segment in video(draft)],
    "transitions": lambda draft: [(s.meta.transition, s.meta.transition_ms) for s in video(draft)],
}


def assert_sound(answer: Answer, before: Draft) -> None:
    """What holds after every turn, whatever was asked."""
    draft = answer.draft
    assert answer.text.strip()
    unquoted = re.sub(r"“[^”]*”", "", answer.text)
    assert not GUI.search(unquoted), answer.text
    assert Draft.model_validate(draft.model_dump(exclude_none=True)) == draft
    assert (draft is before) == (answer.edits == ())
    segments = video(draft)
    if not segments:
        return
    assert length(draft) == draft.duration_ms
    assert segments[-1].meta.transition is None
    assert segments[-1].meta.transition_ms is None
    for left, middle in pairwise(segments):
        assert (left.meta.transition_ms or 0) <= min(left.duration_ms, middle.duration_ms) / 2
    for role in ("title", "caption", "music", "voice"):
        for segment in of_role(draft, role):
            assert segment.meta.start_ms >= 0
            assert segment.meta.start_ms + segment.duration_ms <= draft.duration_ms
            assert segment.duration_ms > 0


@pytest.mark.parametrize("brief", list(briefs()))
def test_brief(brief: dict[str, Any]) -> None:
    shape, dated = brief.get("shape", "landscape"), brief.get("dated", False)
    media = photos(brief.get("photos", 0), shape, dated)
    media += tuple(Media(f"audio-{name}", name, "audio", duration_ms=90_000) for name in brief.get("audio", ()))
    media += tuple(
        Media(f"clip-{name}", name, "video", 1920, 1080, duration_ms=ms) for name, ms in brief.get("clips", {}).items()
    )
    draft, history, memory = Draft(), (), {}
    for turn in brief["turns"]:
        if "send" in turn:
            media += photos(turn["send"], shape, dated, start=len(media))
        answer = respond(Brief(turn["say"], draft, media, history, memory, brief["language"]))
        assert_sound(answer, draft)
        for name, want in turn.get("expect", {}).items():
            CHECKS[name](answer, want)
        for part in turn.get("same", ()):
            assert SAME[part](answer.draft) == SAME[part](draft), part
        if turn.get("unchanged"):
            assert answer.draft is draft
        if "restores" in turn:
            assert answer.draft == (*history, draft)[turn["restores"]]
        if answer.draft is not draft:
            history = (*history, draft)
            draft = answer.draft
        memory = answer.memory


SPOKEN = {**LANGUAGES, "english": "en", "chinese": "zh"}


@pytest.mark.parametrize("table", SPOKEN)
def test_every_language_has_briefs_of_its_own(table: str) -> None:
    told = yaml.safe_load((BRIEFS / f"{table}.yaml").read_text(encoding="utf-8"))
    turns = [turn["say"] for brief in told for turn in brief["turns"]]
    assert len(told) >= 8
    assert len(turns) >= 40
    assert sum(len(brief["turns"]) > 3 for brief in told) >= 5
    understood = [reply_language(words, SPOKEN[table]) for words in turns if len(words) > 12]
    assert understood.count(SPOKEN[table]) > 0.95 * len(understood)


def test_the_table_is_large_enough() -> None:
    turns = [turn["say"] for param in briefs() for turn in param.values[0]["turns"]]
    assert len(turns) >= 600
