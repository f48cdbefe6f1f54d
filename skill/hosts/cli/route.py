"""`route`: what words would do, and which row of the document says so."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from router import Decision, Explanation, Intent, NearMiss, classify, explain

from .lines import put, put_json, read_lines, read_words
from .skill_file import add_skill, find_skill, plan_of


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", help="the user's words; - reads them from standard input")
    parser.add_argument("--file", nargs="+", action="extend", default=[], metavar="P", help="files sent with the words")
    parser.add_argument("--batch", metavar="IN.jsonl", help='lines of {"id","text","files"}; - for standard input')
    parser.add_argument("--json", action="store_true", help="one line of JSON, as --batch prints")
    add_skill(parser)


def run(args: argparse.Namespace) -> int:
    table = plan_of(find_skill(args.skill)).routing
    if args.batch:
        for line in read_lines(args.batch):
            intents = classify(line["text"], table, files=[str(name) for name in line.get("files") or ()])
            put_json({"id": line.get("id"), **described(intents)})
        return 0
    explanation = explain(read_words(args.text), table, files=[Path(name).name for name in args.file])
    if args.json:
        put_json({"id": None, **described(explanation.intents)})
    else:
        put(explained(explanation))
    return 0


def described(intents: Sequence[Intent]) -> dict[str, Any]:
    """Routes in running order, each with its words and the reason."""
    return {
        "routes": [intent.action for intent in intents],
        "segments": [{"route": intent.action, "text": intent.text} for intent in intents],
        "why": [
            {
                "route": intent.action,
                "line": intent.why.line,
                "rule": intent.why.rule,
                "words": list(intent.why.words),
            }
            for intent in intents
        ],
    }


def explained(explanation: Explanation) -> str:
    """The same for a person, and what came near."""
    if not explanation.intents:
        return "nothing to do: there are no words and no files"
    lines = [_explained(intent) for intent in explanation.intents]
    lines += [line for decision in explanation.decisions for line in _considered(decision)]
    return "\n".join(lines)


def _explained(intent: Intent) -> str:
    where = f"line {intent.why.line}" if intent.why.line else "family default"
    words = ", ".join(f"“{word}”" for word in intent.why.words)
    because = f" because of {words}" if words else ""
    acts_on = f"\n    on “{intent.text.strip()}”" if intent.text.strip() else ""
    return f"{intent.action}: {intent.why.rule} ({where}){because}{acts_on}"


def _considered(decision: Decision) -> list[str]:
    lines = []
    if not decision.routes and decision.words:
        lines.append(f"“{decision.text.strip()}” asks for nothing: {decision.rule} ({_quoted(decision.words)})")
    if decision.near:
        lines.append(f"considered for “{decision.text.strip()}”:")
        lines += [f"    {_missed(miss)}" for miss in decision.near]
    return lines


def _missed(miss: NearMiss) -> str:
    if miss.stopped_by:
        return f"{miss.route} ({miss.rule}), but {_quoted(miss.stopped_by)} stood against it"
    if miss.lacks:
        return f"{miss.route} ({miss.rule}), which would need: {miss.lacks}"
    return f"{miss.route} ({miss.rule}), but another rule came first"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
