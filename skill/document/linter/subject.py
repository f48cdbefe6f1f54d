"""What the rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..markdown import SkillDocument
from ..plan import SkillPlan


@dataclass(frozen=True, slots=True)
class Subject:
    """raw: the text as decoded, not repaired. folder: the skill's own folder, None when only a text is judged."""

    data: bytes
    raw: str
    document: SkillDocument
    plan: SkillPlan
    folder: Path | None
