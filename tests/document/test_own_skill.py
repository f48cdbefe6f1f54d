"""Our own SKILL.md: accepted by the specification's validator, free of findings, complete."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from skills_ref import validate

from skill.document import SkillPlan, inspect_json, inspect_page, load_skill
from skill.turn.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "SKILL.md"


@pytest.fixture(scope="module")
def plan() -> SkillPlan:
    return load_skill(ROOT)


def test_the_specification_accepts_it(tmp_path: Path, plan: SkillPlan) -> None:
    folder = tmp_path / plan.identity.name
    folder.mkdir()
    shutil.copy(PAGE, folder)
    assert validate(folder) == []
    command = Path(sys.executable).with_name("agentskills")
    assert subprocess.run([command, "validate", folder], capture_output=True, check=False).returncode == 0


def test_our_lint_finds_nothing_and_nothing_is_filled_in(plan: SkillPlan) -> None:
    assert plan.findings == ()
    shown = inspect_json(plan)
    rows = [row for key in ("routes", "replies", "errors") for row in shown[key]]
    assert not [row for row in rows if row.get("default")]
    assert "- nothing" in inspect_page(plan)


def test_it_stays_small_enough_to_be_read_at_once() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(text.split("\n")) < 500
    assert len(text) / 3.2 < 5000  # a token of such a page is more than 3.2 characters


def test_each_row_is_where_it_says(plan: SkillPlan) -> None:
    lines = PAGE.read_text(encoding="utf-8").split("\n")
    for row in plan.routing.rows:
        assert row.line is not None
        assert all(f'"{phrase}"' in lines[row.line - 1] for phrase in row.phrases)
    for reply in plan.replies.rows:
        assert reply.line is not None
        assert all(phrase in lines[reply.line - 1] for phrase in reply.phrases)
    for error in plan.errors:
        assert error.line is not None
        assert lines[error.line - 1].startswith(f"| {error.code} |")


def test_it_routes_like_its_family(plan: SkillPlan) -> None:
    assert [(row.phrases, row.actions, row.event, row.catch_all, row.skip_sse) for row in plan.routing.rows] == [
        (("export", "导出", "download", "send me the video"), ("export",), None, False, True),
        (("credits", "积分", "balance", "余额"), ("credits",), None, False, True),
        (("status", "状态", "show tracks"), ("status",), None, False, True),
        (("upload", "上传"), ("upload",), "file", False, True),
        ((), ("chat",), None, True, False),
    ]
    assert [row.code for row in plan.errors] == [0, 1001, 1002, 2001, 4001, 4002, 400, 402, 429]
    assert plan.replies.actions == {"export", "state", "edit", "timeline", "credits", "upload", "click"}
    assert (plan.api.base, plan.api.language) == ("https://mega-api-prod.nemovideo.ai", "detected")
    assert plan.welcome
    assert len(plan.examples) == 3


def test_every_variable_we_read_is_declared(plan: SkillPlan) -> None:
    settings = (ROOT / "skill" / "turn" / "settings.py").read_text(encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    declared = set(re.findall(r"- name: ([A-Z_]+)\n\s+required: false\n", text))
    assert declared == set(re.findall(r'environ\.get\("([A-Z_]+)"', settings))
    assert Settings.from_environment({}).resolve_backend() == "local"


def test_the_version_is_the_packages(plan: SkillPlan) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{plan.identity.version}"' in project
