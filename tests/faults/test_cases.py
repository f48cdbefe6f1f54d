"""Faults that belong to one call, on a real socket: what the user reads, what is asked, and what the next turn says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from skill.document import SkillPlan
from skill.turn.settings import Settings

from .bench import GIVEN, Conversing, Told, keeps_its_word

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
KEYS = {"name", "words", "known", "given", "base", "files", "script", "next"}
EXPECTED = {"exit", "code", "codes", "charged", "says", "never", "counts", "waited_s", "progress"}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case(plan: SkillPlan, tmp_path: Path, case: dict[str, Any]) -> None:
    assert set(case) <= KEYS | EXPECTED
    files = []
    for name, size in case.get("files", {}).items():
        files.append(tmp_path / name)
        files[-1].write_bytes(b"\xff\xd8\xff\xe0" + name.encode() * (size // len(name)))
    talk = Conversing(plan, tmp_path, known=case.get("known", True), base=case.get("base", Conversing.base))
    if case.get("given"):
        talk.settings = Settings(token=GIVEN)
    after = case.get("next", {})
    turns = [(case["words"], files, case.get("script", {}))]
    turns += [(after["words"], [], after.get("script", {}))] if after else []
    first, *later = talk.run(turns)
    as_told(first, case)
    for told in later:
        as_told(told, after)
    keeps_its_word(talk)


def as_told(told: Told, case: dict[str, Any]) -> None:
    assert told.exit_code == case.get("exit", 0), told.events
    codes = case.get("codes") or ([case["code"]] if "code" in case else [])
    assert [problem.code for problem in told.of("problem")] == codes
    if "charged" in case:
        assert told.of("problem")[0].charged is case["charged"]
    else:
        assert all(problem.charged is False for problem in told.of("problem"))
    for fragment in case.get("says", ()):
        assert fragment in told.said
    for fragment in case.get("never", ()):
        assert fragment not in told.said
    if "counts" in case:
        assert told.counts == case["counts"]
    if "waited_s" in case:
        assert told.waited_s == pytest.approx(case["waited_s"], abs=0.5)
    if "progress" in case:
        assert [event.stage for event in told.of("progress")] == case["progress"]
