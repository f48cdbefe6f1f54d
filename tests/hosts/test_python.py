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


def test_what_cannot_be_used_is_told_before_a_turn_begins(tmp_path: Path) -> None:
    """The same checks, and the same words, as at the command line."""
    (tmp_path / "fake.jpg").write_text("words")
    (tmp_path / "album").mkdir()
    for name in ("IMG_2.jpg", "IMG_10.jpg"):
        Image.new("RGB", (64, 48), "teal" if "2" in name else "navy").save(tmp_path / "album" / name)
    bad = [tmp_path / "fake.jpg", tmp_path / "gone.jpg", tmp_path / "album"]

    async def talk() -> list[list[TurnEvent]]:
        async with Skillturn(ROOT, home=tmp_path / "home", backend="local") as program:
            first = [event async for event in program.turn("做个视频", files=bad, urls=["file:///etc/passwd"])]
            with pytest.raises(ValueError, match="100,001 characters long, and 100,000"):
                _ = [event async for event in program.turn("x" * 100_001)]
            return [first, [event async for event in program.turn("", files=[str(tmp_path / "album")])]]

    first, album = anyio.run(talk)
    assert [type(event) for event in first] == [Problem, Done]
    assert isinstance(first[0], Problem) and first[0].code == "bad_file"
    for name in ("fake.jpg", "gone.jpg", "file:///etc/passwd"):
        assert name in first[0].message
    assert first[0].message.startswith("有 3 ")
    assert first[-1] == Done("", "failed")
    told = " ".join(event.text for event in album if isinstance(event, Text))
    assert told.index("IMG_2.jpg") < told.index("IMG_10.jpg")


def test_it_must_be_opened_first(tmp_path: Path) -> None:
    async def talk() -> None:
        async for _ in Skillturn(ROOT, home=tmp_path).turn("hello"):
            raise AssertionError("nothing can run")

    with pytest.raises(RuntimeError, match="async with"):
        anyio.run(talk)
