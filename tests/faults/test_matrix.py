"""Every way of misbehaving × every call, on a real socket: what is told, what is asked again, what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from skill.document import SkillPlan

from .bench import Conversing, keeps_its_word

TABLE = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(call, fault, id=f"{call}: {fault}")
    for call in TABLE["calls"]
    for fault, how in TABLE["faults"].items()
    if call not in how.get("except", ())
]


def outcome(call: str, fault: str) -> dict[str, Any]:
    """What the table expects of a fault at a call, with everything it leaves out filled in."""
    case, how = TABLE["calls"][call], TABLE["faults"][fault]
    by_call: Mapping[str, Any] = TABLE["outcomes"][how["kind"]]
    usual = {"code": how.get("code"), "charged": False, "requests": 1, "waited_s": 0, "says": case["says"], "also": {}}
    if how["kind"] == "well":
        usual |= {"waited_s": case.get("waited_s", 0) + how.get("waits_s", 0), "also": case.get("after", {})}
    return usual | by_call.get(call, by_call["any"])


@pytest.mark.parametrize(("call", "fault"), CASES)
def test_a_fault(plan: SkillPlan, tmp_path: Path, call: str, fault: str) -> None:
    case, expected = TABLE["calls"][call], outcome(call, fault)
    files = []
    for name in case.get("files", []):
        files.append(tmp_path / name)
        files[-1].write_bytes(b"\xff\xd8\xff\xe0 photo")
    talk = Conversing(plan, tmp_path, known=case.get("known", True))
    reply = TABLE["faults"][fault]["reply"]
    first, then = talk.run([(case["words"], files, {call: [reply]}), (case["words"], files, {})])

    assert first.exit_code == expected["exit"]
    problems = [(problem.code, problem.charged) for problem in first.of("problem")]
    assert problems == ([(expected["code"], expected["charged"])] if expected["exit"] else [])
    assert expected["says"] in first.said
    asked = Counter({call: expected["requests"]}) + Counter(case.get("before")) + Counter(expected["also"])
    assert first.counts == dict(asked)
    assert first.waited_s == pytest.approx(expected["waited_s"], abs=1)
    assert then.exit_code == 0
    assert ("already here" if call == "upload" and not expected["exit"] else case["says"]) in then.said
    keeps_its_word(talk)


def test_the_table_is_large_enough() -> None:
    assert len(CASES) >= 150
