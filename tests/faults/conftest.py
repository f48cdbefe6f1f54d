"""What the tests of faults share."""

import pytest

from skill.document import SkillPlan, load_skill

from .bench import ROOT


@pytest.fixture(scope="session")
def plan() -> SkillPlan:
    return load_skill(ROOT / "SKILL.md")


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
