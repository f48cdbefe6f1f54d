"""The rules: severity, advice, whose rule it is, whether it can be fixed (rules/lint.yaml)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ..plan import Severity

_FILE = Path(__file__).parent.parent / "rules" / "compiled" / "lint.json"
PAGE = "docs/lint/README.md"


@dataclass(frozen=True, slots=True)
class Rule:
    """group: the specification's, a registry's or the family's own. soft: a recommendation no validator checks."""

    name: str
    severity: Severity
    group: Literal["spec", "registry", "family"]
    advice: str
    fix: bool = False
    soft: bool = False

    @property
    def page(self) -> str:
        """Where the rule is explained, inside the project."""
        return f"{PAGE}#{self.name}"


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name."""
    entries = json.loads(_FILE.read_text(encoding="utf-8"))["rules"]
    return {name: Rule(name=name, **entry) for name, entry in entries.items()}
