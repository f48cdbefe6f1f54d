"""`lint`: what a SKILL.md's author should know; exit code 1 when something is wrong."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from .exits import DONE, FINDINGS
from .lines import json_line
from .skill_file import find_skill, plan_of


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("skill", nargs="?", metavar="SKILL.md", help="the file or its folder")
    parser.add_argument("--json", action="store_true", help="one finding per line")


def run(args: argparse.Namespace) -> int:
    findings = plan_of(find_skill(args.skill)).findings
    for finding in findings:
        if args.json:
            print(json_line(asdict(finding)))
        else:
            where = f"line {finding.line}" if finding.line else "whole file"
            print(f"{finding.severity}: {where}: {finding.message} [{finding.rule}]")
    if not findings and not args.json:
        print("Nothing to say: this document is clear.")
    return FINDINGS if any(finding.severity == "error" for finding in findings) else DONE
