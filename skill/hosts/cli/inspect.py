"""`inspect`: the compiled meaning of a SKILL.md, with line numbers."""

from __future__ import annotations

import argparse
import json

from ...document import inspect_json, inspect_page
from .lines import put, put_exact
from .skill_file import find_skill, plan_of


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("skill", nargs="?", metavar="SKILL.md", help="the file or its folder")
    parser.add_argument("--json", action="store_true", help="the contract's JSON")


def run(args: argparse.Namespace) -> int:
    plan = plan_of(find_skill(args.skill, to="inspect"))
    if args.json:
        put_exact(json.dumps(inspect_json(plan), ensure_ascii=False, indent=2))
    else:
        put(inspect_page(plan))
    return 0
