"""Every rule over one document, in the order of its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..compile import compile_plan
from ..load import document_path, read_document
from ..markdown import parse
from ..plan import Finding, Severity
from ..text import decode
from . import body_rules, bundle_rules, frontmatter_rules, routing_rules, scan_rules, text_rules
from .catalogue import rules
from .subject import Subject

_CHECKS: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    text_rules.check,
    frontmatter_rules.check,
    body_rules.check,
    routing_rules.check,
    scan_rules.check,
    bundle_rules.check,
)
_PROJECT_MARKS = ("pyproject.toml", "package.json", ".git")
_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A finding with what to do. page: where the rule is explained. fixable: `lint --fix` does it."""

    rule: str
    severity: Severity
    line: int | None
    message: str
    advice: str
    page: str
    fixable: bool


def lint_skill(path: Path) -> tuple[LintFinding, ...]:
    """Findings about a SKILL.md, given the file or its folder, errors first. Raises DocumentError.

    A file of another name, or one in a project's root, is judged without its folder: the folder is no skill's.
    """
    found = document_path(path)
    folder = found.absolute().parent
    alone = found.name not in ("SKILL.md", "skill.md") or any((folder / mark).exists() for mark in _PROJECT_MARKS)
    return lint_bytes(read_document(found), None if alone else folder)


def lint_bytes(data: bytes, folder: Path | None = None) -> tuple[LintFinding, ...]:
    """Findings about a document's bytes. Raises nothing."""
    raw = decode(data)
    document = parse(raw)
    subject = Subject(data, raw, document, compile_plan(document), folder)
    found = [*subject.plan.findings, *(finding for check in _CHECKS for finding in check(subject))]
    unique = {(finding.rule, finding.line, finding.message): finding for finding in found}
    shown = [_with_advice(finding) for finding in unique.values()]
    return tuple(sorted(shown, key=lambda finding: (_ORDER[finding.severity], finding.line or 0, finding.rule)))


def _with_advice(finding: Finding) -> LintFinding:
    rule = rules()[finding.rule]
    return LintFinding(finding.rule, rule.severity, finding.line, finding.message, rule.advice, rule.page, rule.fix)
