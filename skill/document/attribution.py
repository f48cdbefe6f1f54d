"""Which skill, version and platform every request names: install path -> platform -> headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from urllib.parse import quote

from .plan import SkillPlan

UNKNOWN = "unknown"
_MARKER = Path(".clawhub") / "origin.json"


def attribution_headers(plan: SkillPlan, skill_dir: Path, skill_source: str | None) -> dict[str, str]:
    """The three headers of every request.

    skill_dir: the folder of the SKILL.md as installed. skill_source: the environment's SKILL_SOURCE.
    Source: SKILL.md, "Attribution"; the environment variable and the install marker go beyond the document's rule.
    """
    return {
        "X-Skill-Source": _header_safe(plan.attribution.source),
        "X-Skill-Version": _header_safe(plan.attribution.version),
        "X-Skill-Platform": _header_safe(platform_of(plan.attribution.platforms, skill_dir, skill_source)),
    }


def platform_of(platforms: Mapping[str, str], skill_dir: Path, skill_source: str | None) -> str:
    """The environment's word, else the document's path rules, else an install marker, else "unknown"."""
    if skill_source and skill_source.strip():
        return skill_source.strip()
    spellings = (skill_dir.absolute(), skill_dir.resolve())
    for marker, word in platforms.items():
        if any(_lies_under(path, marker) for path in spellings):
            return word
    return "clawhub" if (skill_dir / _MARKER).is_file() else UNKNOWN


def _lies_under(path: PurePath, marker: str) -> bool:
    """Whether the marker's folders follow one another in the path, at home or in a workspace ("~/.cursor/skills/")."""
    wanted = [part for part in re.split(r"[\\/]+", marker) if part not in ("", "~", ".", "$HOME")]
    parts = path.parts
    return bool(wanted) and any(list(parts[at : at + len(wanted)]) == wanted for at in range(len(parts)))


def _header_safe(value: str) -> str:
    """Printable ASCII of bounded length, because a header can carry nothing else."""
    return quote(" ".join(value.split())[:120], safe=" !#$&'()*+,-./:;=?@[]^_`{|}~")
