"""Every transcript in examples/ plays as written, and together they cover every row of every table of our SKILL.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router import classify, translate
from skill.document import SkillPlan, load_skill, parse
from skill.transcript import Transcript, load_transcript, run_transcript

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "examples" / "transcripts").glob("*.transcript.yaml"))
STREAM_ROWS = {"text": "text response", "tool": "tool call", "heartbeat": "heartbeat", "end": "closes"}
SAME_AS = {401: 1001, 413: 4002, 415: 4001}


@pytest.fixture(scope="module")
def plan() -> SkillPlan:
    return load_skill(ROOT)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition(".")[0])
def test_a_transcript_plays_as_written(path: Path, plan: SkillPlan, tmp_path: Path) -> None:
    assert run_transcript(load_transcript(path), plan, ROOT, tmp_path) == []


def rows_of_our_tables(plan: SkillPlan) -> set[str]:
    routes = {f"route/{'+'.join(row.actions)}" for row in plan.routing.rows}
    replies = {f"reply/{row.action}" for row in plan.replies.rows}
    errors = {f"error/{row.code}" for row in plan.errors}
    return routes | replies | errors | {f"stream/{name}" for name in STREAM_ROWS}


def test_every_row_of_every_table_is_covered(plan: SkillPlan) -> None:
    covered = {row for path in FILES for row in load_transcript(path).covers}
    assert covered == rows_of_our_tables(plan)


def test_the_stream_table_has_the_rows_we_name() -> None:
    document = parse((ROOT / "SKILL.md").read_text(encoding="utf-8"))
    table = next(table for table in document.tables if table.header[0] == "Event")
    for row, words in zip(table.rows, STREAM_ROWS.values(), strict=True):
        assert words in row.cells[0].lower()


def claims() -> Iterator[tuple[str, Transcript]]:
    for path in FILES:
        transcript = load_transcript(path)
        yield from ((row, transcript) for row in transcript.covers)


@pytest.mark.parametrize(
    ("row", "transcript"), list(claims()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_transcript_holds_what_it_claims_to_cover(row: str, transcript: Transcript, plan: SkillPlan) -> None:
    table, _, name = row.partition("/")
    replies = [reply for turn in transcript.turns for reply in turn.backend]
    steps = [step for reply in replies for step in reply.stream or ()]
    if table == "route":
        asked = [
            intent.action
            for turn in transcript.turns
            for intent in classify(turn.utterance, plan.routing, files=[*map(str, turn.files), *turn.urls])
        ]
        # a click or a drag is answered by a message of our own, which takes the same row
        assert name in asked
    elif table == "reply":
        intents = [intent for step in steps if step.say for intent in translate(step.say, plan.replies).intents]
        assert name in [intent.action for intent in intents]
    elif table == "error":
        codes = [reply.json_body.get("code") for reply in replies if isinstance(reply.json_body, dict)]
        statuses = [SAME_AS.get(reply.status, reply.status) for reply in replies]
        lost = [1002 for reply in replies if reply.status == 404]
        assert int(name) in [*codes, *statuses, *lost]
    else:
        kinds = {
            "text": any(step.say for step in steps),
            "tool": any(step.tool or step.event for step in steps),
            "heartbeat": any(step.heartbeat or step.wait_s for step in steps),
            "end": bool(steps) and not any(step.cut for step in steps),
        }
        assert kinds[name]
