"""A skill that was just begun: it lints clean, the specification accepts it, its transcripts replay green."""

from pathlib import Path

import pytest
import yaml
from skills_ref import validate

from skill.document import inspect_json, load_skill
from skill.document.linter import lint_skill
from skill.hosts.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert main(["new", "garden-films", "--into", str(tmp_path)]) == 0
    return tmp_path / "garden-films"


def test_its_page_has_no_findings_and_needs_no_defaults(folder: Path) -> None:
    assert lint_skill(folder) == ()
    assert validate(folder) == []
    shown = inspect_json(load_skill(folder))
    assert shown["skill"] == {"name": "garden-films", "version": "0.1.0", "display_name": "Garden Films"}
    assert not [row for key in ("routes", "replies", "errors") for row in shown[key] if row.get("default")]


def test_its_transcripts_replay(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(list(folder.rglob("*.transcript.yaml"))) == 3
    assert main(["replay", str(folder / "transcripts"), "--skill", str(folder)]) == 0
    assert capsys.readouterr().out.count("ok ") == 3


def test_its_ci_file_runs_what_the_readme_names(folder: Path) -> None:
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "skill.yml").read_text(encoding="utf-8"))
    ran = "\n".join(step.get("run", "") for step in workflow["jobs"]["check"]["steps"])
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for command in ("skillturn lint", "skillturn replay transcripts --skill ."):
        assert command in ran
        assert command in readme
    assert "TITLE" not in readme


@pytest.mark.parametrize("name", ["Garden", "garden films", "-garden", "a--b", "x" * 65, "../garden", ""])
def test_a_name_that_hosts_refuse_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--into", str(tmp_path), "--", name]) == 2
    assert "no name for a skill" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(folder: Path) -> None:
    (folder / "SKILL.md").write_text("mine", encoding="utf-8")
    assert main(["new", "garden-films", "--into", str(folder.parent)]) == 2
    assert (folder / "SKILL.md").read_text(encoding="utf-8") == "mine"
