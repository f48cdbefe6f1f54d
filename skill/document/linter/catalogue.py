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
    why: str
    fix: bool = False
    soft: bool = False

    @property
    def page(self) -> str:
        """Where the rule is explained, inside the project."""
        return f"{PAGE}#{self.name}"


_GROUPS = {
    "spec": "of the Agent Skills specification",
    "registry": "of a registry (ClawHub) and its scanner",
    "family": "of what makes a skill run well",
}


def page_text() -> str:
    """The documentation page: one section a rule, in the catalogue's order."""
    parts = [
        "# What `skillturn lint` finds\n\n"
        "Errors end with exit code 1. `skillturn lint --fix` puts right what is mechanical and judges the rest.\n"
        "This page is written from `skill/document/rules/lint.yaml`."
    ]
    for rule in rules().values():
        fix = " `--fix` does it." if rule.fix else ""
        parts.append(
            f"## {rule.name}\n\nAn **{rule.severity}** {_GROUPS[rule.group]}. {rule.why}\n\n{rule.advice}{fix}"
        )
    return "\n\n".join(parts).replace("An **warning**", "A **warning**") + "\n"


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name."""
    entries = json.loads(_FILE.read_text(encoding="utf-8"))["rules"]
    return {name: Rule(name=name, **entry) for name, entry in entries.items()}
