"""A skill's author tests a SKILL.md by writing transcripts beside it, without a line of Python."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
PLUGIN = "skill.transcript.pytest_plugin"
ROOT = Path(__file__).parent.parent.parent
SKILL = """---
name: postcard
version: "2.0"
---
| User says | Action |
|---|---|
| "fetch it" | export |
| "purse" | credits |
| anything else | chat |

**Credits**: GET `/api/credits/balance/simple`
"""
PURSE = """\
covers: [route/credits]
turn: {utterance: purse}
backend:
  - {call: balance, json: {code: 0, data: {available: 7, frozen: 0, total: 9}}}
host:
  - {kind: balance, available: 7}
"""


@pytest.fixture
def skill(pytester: pytest.Pytester) -> Path:
    (pytester.path / "SKILL.md").write_text(SKILL, encoding="utf-8")
    folder = pytester.path / "examples"
    folder.mkdir()
    (folder / "purse_is_shown.transcript.yaml").write_text(PURSE, encoding="utf-8")
    return folder


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    installed = any(point.value == PLUGIN for point in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", PLUGIN]
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *plugin, *arguments)


def test_a_transcript_is_a_test_named_for_its_outcome(pytester: pytest.Pytester, skill: Path) -> None:
    result = run(pytester, "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*purse_is_shown.transcript.yaml::purse_is_shown PASSED*"])


def test_what_differs_is_told_with_its_line(pytester: pytest.Pytester, skill: Path) -> None:
    (skill / "b.transcript.yaml").write_text(PURSE.replace("available: 7}\n", "available: 8}\n"), encoding="utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["turn 1, host 1, line 6: *", "*balance.available", "*expected  8", "*came      7.0"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_file_that_is_no_transcript_fails_in_one_sentence(pytester: pytest.Pytester, skill: Path) -> None:
    (skill / "b.transcript.yaml").write_text("turn: {utterence: x}", encoding="utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*b.transcript.yaml: turns.0.utterence: Extra inputs are not permitted"])


def test_without_a_skill_it_says_so_and_one_can_be_named(pytester: pytest.Pytester, skill: Path) -> None:
    (pytester.path / "SKILL.md").rename(pytester.path / "OTHER.md")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no SKILL.md in the folders above*"])
    run(pytester, "--skillturn-skill", "OTHER.md").assert_outcomes(passed=1)
    pytester.makeini("[pytest]\nskillturn_skill = OTHER.md")
    run(pytester).assert_outcomes(passed=1)


def test_coverage_names_the_rows_that_were_not_used(pytester: pytest.Pytester, skill: Path) -> None:
    result = run(pytester, "--skillturn-coverage")
    result.stdout.fnmatch_lines(["routes: 1 of 3 rows used, not these:", "  route/export (line 7): fetch it"])


def test_nothing_heavy_is_imported_before_a_transcript_is_found(pytester: pytest.Pytester) -> None:
    program = (
        "import sys, pytest; before = set(sys.modules)\n"
        f"import {PLUGIN}\n"
        "print(sorted(name for name in set(sys.modules) - before))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert told.strip() == str(["skill", "skill.transcript", PLUGIN])
