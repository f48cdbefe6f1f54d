"""Rows only some documents have: subtitles as files, regenerate, storyboard, and what nobody here can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from skill.document import SkillPlan, load_skill
from skill.transcript import Transcript, load_transcript, rows_of, run_transcript

DESK = Path(__file__).parent / "caption-desk"
FILES = sorted(DESK.glob("*.transcript.yaml"))
HANDLER = """
from skill.turn.events import Text

async def run(ctx, intent, emit):
    await emit(Text(f"{intent.row.label}: done here, without the chat."))
"""


@pytest.fixture(scope="module")
def plan() -> SkillPlan:
    return load_skill(DESK)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition(".")[0])
def test_a_transcript_plays_as_written(path: Path, plan: SkillPlan, tmp_path: Path) -> None:
    assert [str(found) for found in run_transcript(load_transcript(path), plan, DESK, tmp_path)] == []


def test_every_row_of_its_own_is_shown(plan: SkillPlan) -> None:
    claimed = {row for path in FILES for row in load_transcript(path).covers}
    own = {row.name for row in rows_of(plan) if row.name.startswith("route/")}
    assert own - claimed == {"route/credits", "route/status", "route/upload"}, "the family's tests show those"


def register(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with a handler of that name, as pip would install it."""
    info = folder / "site" / "desk_handlers-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: desk-handlers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[skillturn.handlers]\n{name} = desk_handlers:run\n")
    (info.parent / "desk_handlers.py").write_text(HANDLER)
    monkeypatch.syspath_prepend(info.parent)


@pytest.mark.parametrize(
    ("name", "words", "label"),
    [
        ("publish", "publish it", "Publish to the town's channel"),
        ("srt", "export SRT", "Subtitles as SRT"),
        ("regenerate", "once more with feeling", "Regenerate via SSE"),
        ("scene-plan", "storyboard", "Storyboard via SSE"),
    ],
)
def test_a_registered_handler_takes_the_row(
    plan: SkillPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str, label: str
) -> None:
    register(name, tmp_path, monkeypatch)
    host = [{"kind": "text", "text": f"{label}: done here, without the chat."}, {"kind": "done", "state": "finished"}]
    transcript = Transcript.model_validate({"turn": {"utterance": words}, "host": host})
    assert [str(found) for found in run_transcript(transcript, plan, DESK, tmp_path)] == []


def test_and_no_other_row(plan: SkillPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register("srt", tmp_path, monkeypatch)
    path = DESK / "vtt_goes_to_the_agent.transcript.yaml"
    assert [str(found) for found in run_transcript(load_transcript(path), plan, DESK, tmp_path)] == []
