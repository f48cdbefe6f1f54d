"""`--update` rewrites what was expected, and not a letter more."""

from __future__ import annotations

from pathlib import Path

import pytest

from skill.document import SkillPlan, load_skill
from skill.transcript import TranscriptError, load_transcript, perform, updated

ROOT = Path(__file__).parent.parent.parent
BACKEND = "backend: [{call: balance, json: {code: 0, data: {available: 7, frozen: 0, total: 9}}}]\n"


@pytest.fixture(scope="module")
def plan() -> SkillPlan:
    return load_skill(ROOT)


def update(text: str, plan: SkillPlan, folder: Path) -> str:
    """The updated text, which plays as written and does not change again."""
    path = folder / "x.transcript.yaml"
    path.write_text(text, encoding="utf-8")
    mended = updated(text, load_transcript(path), perform(load_transcript(path), plan, ROOT), path.name)
    path.write_text(mended, encoding="utf-8")
    again = perform(load_transcript(path), plan, ROOT)
    assert [str(mismatch) for mismatch in again.mismatches] == []
    assert updated(mended, load_transcript(path), again, path.name) == mended
    return mended


CASES = {
    "what fits stays": (
        "host:\n  # why\n  - {kind: balance, text: …7…}  # seen\n",
        "host:\n  # why\n  - {kind: balance, text: …7…}  # seen\n",
    ),
    "a value": (
        "host:\n  - {kind: balance, available: 8, text: …7…}  # seen\n# the end\n",
        "host:\n  - {kind: balance, available: 7.0, text: …7…}  # seen\n# the end\n",
    ),
    "a block item": (
        "host:\n  - kind: balance  # first\n    total: 3\n  # after it\nwaited_s: 0\n",
        "host:\n  - {kind: balance, total: 9.0}\n  # after it\nwaited_s: 0\n",
    ),
    "one too many": (
        "host:\n  - {kind: text}\n  # the balance\n  - {kind: balance}\n",
        "host:\n  # the balance\n  - {kind: balance}\n",
    ),
    "a wait": (
        "host:\n  - {kind: balance}\nwaited_s: 30  # half a minute\n",
        "host:\n  - {kind: balance}\nwaited_s: 0  # half a minute\n",
    ),
    "a flow list": ("host: [{kind: balance, total: 1}]  # all\n", "host: [{kind: balance, total: 9.0}]  # all\n"),
    "a list of nothing": (
        "host: []\n",
        "host: [{kind: balance, available: 7.0, frozen: 0.0, total: 9.0, text: You have 7 credits.}]\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_a_list_of_events(plan: SkillPlan, tmp_path: Path, before: str, after: str) -> None:
    head = "# one turn\nturn: {utterance: credits}\n" + BACKEND
    assert update(head + before, plan, tmp_path) == head + after


def test_no_list_gets_one(plan: SkillPlan, tmp_path: Path) -> None:
    text = "turn: {utterance: credits}\n" + BACKEND
    assert update(text, plan, tmp_path).startswith(text + "host:\n  - {kind: balance,")


def test_several_turns_each_where_they_stand(plan: SkillPlan, tmp_path: Path) -> None:
    text = (
        "turns:\n"
        "  # a\n"
        "  - utterance: credits\n"
        f"    {BACKEND}"
        "    host:\n"
        "      - {kind: balance, total: 1}  # x\n"
        "  # b\n"
        f"  - {{utterance: credits, {BACKEND.strip()}}}\n"
        "  # c\n"
        "  - utterance: credits\n"
        f"    {BACKEND}"
        "# d\n"
    )
    mended = update(text, plan, tmp_path)
    assert "      - {kind: balance, total: 9.0}  # x\n  # b\n" in mended
    assert [line.strip()[2:] for line in mended.splitlines() if line.strip().startswith("# ")] == ["a", "b", "c", "d"]
    assert mended.count("kind: balance") == 3


def test_an_event_that_is_new_stands_behind_the_one_before_it(plan: SkillPlan, tmp_path: Path) -> None:
    text = (
        "setup: fresh\nturn: {utterance: credits}\n" + BACKEND + "host:\n"
        "  - {kind: status}  # first\n"
        "  # and the credits\n"
        "  - {kind: balance}\n"
    )
    lines = update(text, plan, tmp_path).splitlines()
    assert lines[4] == "  - {kind: status}  # first"
    assert lines[5].startswith("  - {kind: text, text: ")
    assert lines[-2:] == ["  # and the credits", "  - {kind: balance}"]


def test_what_was_asked_for_is_mended_too(plan: SkillPlan, tmp_path: Path) -> None:
    text = (
        "setup: fresh\nturn: {utterance: 余额}\nbackend:\n"
        "  - call: create_session\n"
        "    request: {language: en}  # theirs\n"
        "    json: {code: 0, data: {task_id: t1, session_id: s1}}\n"
        "  - {call: balance, json: {code: 0, data: {available: 7}}}\n"
        "host:\n  - {kind: status}\n  - {kind: text}\n  - {kind: balance}\n"
    )
    assert update(text, plan, tmp_path) == text.replace("language: en", "language: zh")


def test_what_the_backend_says_is_no_expectation(plan: SkillPlan, tmp_path: Path) -> None:
    path = tmp_path / "x.transcript.yaml"
    text = "turn: {utterance: credits}\nhost:\n  - {kind: balance}\n"
    path.write_text(text, encoding="utf-8")
    mended = updated(text, load_transcript(path), perform(load_transcript(path), plan, ROOT), path.name)
    path.write_text(mended, encoding="utf-8")
    assert "problem" in mended
    assert any(
        "nothing more is scripted" in str(found) for found in perform(load_transcript(path), plan, ROOT).mismatches
    )


def test_a_list_that_is_an_alias_is_refused(plan: SkillPlan, tmp_path: Path) -> None:
    path = tmp_path / "x.transcript.yaml"
    turn = "  - utterance: credits\n    " + BACKEND
    text = "turns:\n" + turn + "    host: &same\n      - {kind: balance, total: 1}\n" + turn + "    host: *same\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TranscriptError, match=r"x\.transcript\.yaml"):
        updated(text, load_transcript(path), perform(load_transcript(path), plan, ROOT), path.name)
