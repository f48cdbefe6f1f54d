"""Which rows of a document's tables a transcript really uses: found out from what was said, not from what it claims."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from router import ReplyRow, classify, fold, translate

from ..document import SkillPlan
from .compare import Mismatch
from .format import File, Reply, Transcript
from .steps import step_bytes
from .transport import Asked

_STREAM = {
    "text": "the agent's words",
    "tool": "a tool call",
    "heartbeat": "a heartbeat, or silence",
    "end": "the stream closes",
}
# what a backend may say in a status alone
_STATUS_CODES = {401: 1001, 404: 1002, 413: 4002, 415: 4001}
_PLACEHOLDER = re.compile(r"[\[<{(][^\])}>]*[\])}>]|[.…]{2,}|…")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that a transcript can use. name: as `covers` says it. line: None for a row of the family's defaults."""

    name: str
    line: int | None
    words: str


Coverage = frozenset[Row]


def rows_of(plan: SkillPlan) -> tuple[Row, ...]:
    """Every row of every table, in document order."""
    return (
        *(Row(f"route/{'+'.join(row.actions)}", row.line, _words(row.phrases)) for row in plan.routing.rows),
        *(_reply_row(row) for row in plan.replies.rows),
        *(Row(f"error/{row.code}", row.line, row.meaning) for row in plan.errors),
        *(Row(f"stream/{name}", None, words) for name, words in _STREAM.items()),
    )


def _reply_row(row: ReplyRow) -> Row:
    return Row(f"reply/{row.action}", row.line, _words(row.phrases))


def _words(phrases: Sequence[str]) -> str:
    return " / ".join(phrases[:4]) or "everything else"


def observed(transcript: Transcript, asked: Sequence[Asked], plan: SkillPlan) -> Coverage:
    """The rows that a played transcript used. asked: the answers it gave."""
    rows = rows_of(plan)
    used = {*_routes(transcript, plan), *_codes(asked)}
    for answered in asked:
        if answered.reply.stream is not None:
            used |= _stream(answered.reply, plan)
    return frozenset(row for row in rows if (row.name, row.line) in used or (row.name, 0) in used)


def _routes(transcript: Transcript, plan: SkillPlan) -> Iterator[tuple[str, int | None]]:
    for turn in transcript.turns:
        names = [file.name if isinstance(file, File) else file for file in turn.files]
        if not (turn.utterance.strip() or names or turn.urls):
            continue
        for intent in classify(turn.utterance, plan.routing, files=[*names, *turn.urls]):
            yield f"route/{'+'.join(intent.row.actions)}", intent.row.line


def _codes(asked: Sequence[Asked]) -> Iterator[tuple[str, int]]:
    """Line 0: whichever row has the name."""
    for answered in asked:
        body = answered.reply.json_body
        said = body.get("code") if isinstance(body, dict) else None
        status = answered.reply.status
        for code in {said, status if status >= 400 else None, _STATUS_CODES.get(status)}:
            if isinstance(code, int):
                yield f"error/{code}", 0


def _stream(reply: Reply, plan: SkillPlan) -> set[tuple[str, int | None]]:
    steps = reply.stream or ()
    wire = b"".join(step_bytes(step) for step in steps if not (step.wait_s or step.cut)).decode("utf-8", "replace")
    parts = [part for line in wire.split("\n") if line.startswith("data:") for part in _parts(line[5:])]
    text = "".join(part["text"] for part in parts if isinstance(part.get("text"), str) and not part.get("thought"))
    happened = {
        "text": bool(text),
        "tool": any("functionCall" in part for part in parts),
        "heartbeat": any(step.wait_s for step in steps) or re.search(r"^data:\s*(heartbeat)?$", wire, re.M) is not None,
        "end": not any(step.cut for step in steps),
    }
    used: set[tuple[str, int | None]] = {(f"stream/{name}", 0) for name, so in happened.items() if so}
    for action in {intent.action for intent in translate(text, plan.replies).intents}:
        used |= {(f"reply/{row.action}", row.line) for row in _speaking(plan.replies.rows, action, fold(text))}
    return used


def _parts(data: str) -> list[dict[str, Any]]:
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        return []
    content = event.get("content") if isinstance(event, dict) else None
    parts = content.get("parts") if isinstance(content, dict) else None
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _speaking(rows: Iterable[ReplyRow], action: str, said: str) -> list[ReplyRow]:
    """The rows of an action whose words were said; all of them where none was said literally."""
    able = [row for row in rows if row.action == action]
    literal = [
        row
        for row in able
        if any(all(fold(word) in said for word in _PLACEHOLDER.sub(" ", p).split()) for p in row.phrases)
    ]
    return literal or able


def not_shown(claims: Iterable[str], coverage: Coverage, plan: SkillPlan) -> list[Mismatch]:
    """What a transcript says it covers and does not."""
    there = {row.name for row in rows_of(plan)}
    used = {row.name for row in coverage}
    return [
        Mismatch(
            f"it says that it covers {claim}, "
            + ("and nothing of it happened" if claim in there else "and the SKILL.md has no such row")
        )
        for claim in claims
        if claim not in used
    ]


def coverage_lines(plan: SkillPlan, coverage: Coverage) -> list[str]:
    """How many rows of each table were used, and which were not. Rows of the family's defaults do not count."""
    own = [row for row in rows_of(plan) if row.line is not None or row.name.startswith("stream/")]
    lines = []
    for table, name in (("route", "routes"), ("reply", "replies"), ("error", "errors"), ("stream", "stream")):
        rows = [row for row in own if row.name.startswith(f"{table}/")]
        if not rows:
            continue
        left = [row for row in rows if row not in coverage]
        lines.append(f"{name}: {len(rows) - len(left)} of {len(rows)} rows used" + (", not these:" if left else ""))
        for row in left:
            where = f" (line {row.line})" if row.line is not None else ""
            lines.append(f"  {row.name}{where}: {row.words}")
    return lines
