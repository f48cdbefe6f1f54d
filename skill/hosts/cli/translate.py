"""`translate`: what a backend's words mean where there is no screen."""

from __future__ import annotations

import argparse
from typing import Any

from router import Rewrite, translate

from .lines import put, put_json, read_lines, read_words
from .skill_file import add_skill, find_skill, plan_of


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", help="the backend's words; - reads them from standard input")
    parser.add_argument("--batch", metavar="IN.jsonl", help='lines of {"id","text"}; - for standard input')
    parser.add_argument("--json", action="store_true", help="one line of JSON, as --batch prints")
    add_skill(parser)


def run(args: argparse.Namespace) -> int:
    table = plan_of(find_skill(args.skill)).replies
    if args.batch:
        for line in read_lines(args.batch):
            put_json({"id": line.get("id"), **described(translate(line["text"], table))})
        return 0
    rewrite = translate(read_words(args.text), table)
    if args.json:
        put_json({"id": None, **described(rewrite)})
    else:
        put(explained(rewrite))
    return 0


def described(rewrite: Rewrite) -> dict[str, Any]:
    """The readable text, what is done about the rest, and what is only offered: each action once, in one list only."""
    actions = dict.fromkeys(intent.action for intent in rewrite.intents if not intent.offered)
    offered = dict.fromkeys(intent.action for intent in rewrite.intents if intent.offered)
    return {
        "text": rewrite.text,
        "actions": list(actions),
        "offered": [action for action in offered if action not in actions],
    }


def explained(rewrite: Rewrite) -> str:
    """The same for a person."""
    lines = [rewrite.text] if rewrite.text else []
    for intent in rewrite.intents:
        done = "offered" if intent.offered else "done"
        lines.append(f"{intent.action} ({done}): {intent.instruction.strip()}")
    return "\n".join(lines) or "nothing is left to show"
