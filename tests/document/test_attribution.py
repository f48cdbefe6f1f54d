"""Install path -> platform -> the three headers of every request."""

from dataclasses import replace
from pathlib import Path

import pytest

from skill.document import attribution_headers, load_skill
from skill.document.attribution import platform_of

PAGE = Path(__file__).parent.parent.parent / "SKILL.md"
RULES = {"~/.clawhub/": "clawhub", "~/.cursor/skills/": "cursor"}


@pytest.mark.parametrize(
    ("folder", "platform"),
    [
        ("home/.clawhub/skills/films", "clawhub"),
        ("home/.cursor/skills/films", "cursor"),
        ("work/project/.cursor/skills/films", "cursor"),
        ("home/.cursor/films", "unknown"),
        ("home/x.clawhub/films", "unknown"),
        ("home/.claude/skills/films", "unknown"),
    ],
)
def test_the_path_tells_the_platform(folder: str, platform: str, tmp_path: Path) -> None:
    assert platform_of(RULES, tmp_path / folder, None) == platform


def test_the_environment_comes_first_and_an_install_mark_last(tmp_path: Path) -> None:
    (tmp_path / ".clawhub").mkdir()
    (tmp_path / ".clawhub" / "origin.json").write_text("{}", encoding="utf-8")
    assert platform_of(RULES, tmp_path, None) == "clawhub"
    assert platform_of(RULES, tmp_path / ".cursor" / "skills" / "films", "my-platform") == "my-platform"
    assert platform_of(RULES, tmp_path / ".cursor" / "skills" / "films", "  ") == "cursor"


def test_a_link_into_a_platform_counts_from_both_ends(tmp_path: Path) -> None:
    real = tmp_path / ".clawhub" / "films"
    real.mkdir(parents=True)
    link = tmp_path / "films"
    link.symlink_to(real, target_is_directory=True)
    assert platform_of(RULES, link, None) == "clawhub"


def test_headers_carry_name_and_version_and_nothing_a_header_cannot(tmp_path: Path) -> None:
    plan = load_skill(PAGE)
    assert attribution_headers(plan, tmp_path, None) == {
        "X-Skill-Source": "image-to-video-generator",
        "X-Skill-Version": plan.identity.version,
        "X-Skill-Platform": "unknown",
    }
    odd = replace(plan, attribution=replace(plan.attribution, source="影片\r\nX-Evil: 1"))
    header = attribution_headers(odd, tmp_path, None)["X-Skill-Source"]
    assert header.isascii()
    assert "\n" not in header
