"""The Python door: pinned names, and turns in the caller's own loop."""

from pathlib import Path

import anyio
import pytest
from PIL import Image

import skill
from skill import Done, FileReady, Problem, Skillturn, Text, TurnEvent

ROOT = Path(__file__).parent.parent.parent

PUBLIC = [
    "BalanceShown",
    "DocumentError",
    "Done",
    "FileReady",
    "Offer",
    "Problem",
    "Progress",
    "Settings",
    "SkillPlan",
    "Skillturn",
    "Status",
    "Text",
    "Timeline",
    "TimelineSegment",
    "TimelineTrack",
    "TurnEvent",
    "TurnRequest",
    "load_skill",
]


def test_the_public_names_are_these() -> None:
    assert sorted(skill.__all__) == sorted(PUBLIC)
    for name in PUBLIC:
        assert getattr(skill, name) is not None
    with pytest.raises(AttributeError):
        skill.nothing  # noqa: B018


def test_turns_in_ones_own_loop(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (64, 48), "teal").save(photo)

    async def talk() -> list[list[TurnEvent]]:
        async with Skillturn(ROOT, home=tmp_path / "home", backend="local") as program:
            first = [event async for event in program.turn("", files=[photo])]
            other = [event async for event in program.turn("", files=[tmp_path / "fake.jpg"], conversation="other")]
            return [first, other]

    (tmp_path / "fake.jpg").write_text("words")
    first, other = anyio.run(talk)
    assert isinstance(first[-1], Done) and first[-1].state in ("finished", "asked")
    assert any(isinstance(event, Text) and "a.jpg" in event.text for event in first)
    assert [event.code for event in other if isinstance(event, Problem)] == ["bad_file"]
    assert not any(isinstance(event, FileReady) for event in first)


def test_it_must_be_opened_first(tmp_path: Path) -> None:
    async def talk() -> None:
        async for _ in Skillturn(ROOT, home=tmp_path).turn("hello"):
            raise AssertionError("nothing can run")

    with pytest.raises(RuntimeError, match="async with"):
        anyio.run(talk)
