"""`lint`: what a SKILL.md's author should know; exit code 1 when something is wrong."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ...document import DocumentError
from .exits import DONE, FINDINGS, CallError
from .lines import put, put_json
from .skill_file import find_skill

if TYPE_CHECKING:
    from ...document.linter import LintFinding


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("skill", nargs="?", metavar="SKILL.md", help="the file or its folder")
    parser.add_argument("--json", action="store_true", help="one finding a line, as JSON")
    parser.add_argument("--fix", action="store_true", help="put right what is mechanical, then judge the rest")


def run(args: argparse.Namespace) -> int:
    from ...document.linter import lint_skill  # noqa: PLC0415 - Markdown and YAML

    path = find_skill(args.skill, to="lint")
    try:
        fixed = _fix(path) if args.fix else ()
        findings = lint_skill(path)
    except DocumentError as error:
        raise CallError(str(error)) from error
    if args.json:
        for finding in findings:
            put_json(asdict(finding))
    else:
        put("\n".join(_lines(findings, fixed)))
    return FINDINGS if any(finding.severity == "error" for finding in findings) else DONE


def _fix(path: Path) -> Sequence[str]:
    from ...document.linter import fix_text  # noqa: PLC0415 - as above
    from ...document.load import document_path, read_document  # noqa: PLC0415

    target = document_path(path).resolve()
    text, done = fix_text(read_document(target))
    if done:
        draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            draft.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
            draft.chmod(target.stat().st_mode & 0o777)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return done


def _lines(findings: Sequence[LintFinding], fixed: Sequence[str]) -> list[str]:
    shown = [f"Put right: {', '.join(fixed)}."] if fixed else []
    for finding in findings:
        where = f"line {finding.line}" if finding.line else "whole file"
        shown.append(f"{finding.severity}: {where}: {finding.message} [{finding.rule}]")
        shown.append(f"    {finding.advice} ({finding.page})")
    if not findings:
        return [*shown, "Nothing to say: this document is clear."]
    count = {kind: sum(finding.severity == kind for finding in findings) for kind in ("error", "warning", "info")}
    fixable = sum(finding.fixable for finding in findings)
    hint = f" `--fix` puts {fixable} of them right." if fixable else ""
    return [*shown, f"{count['error']} errors, {count['warning']} warnings, {count['info']} remarks.{hint}"]
