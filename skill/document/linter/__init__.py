"""The document's compiler warnings: findings with advice, and the repair of what is mechanical."""

from .catalogue import Rule, rules
from .fix import fix_text
from .run import LintFinding, lint_bytes, lint_skill

__all__ = ["LintFinding", "Rule", "fix_text", "lint_bytes", "lint_skill", "rules"]
