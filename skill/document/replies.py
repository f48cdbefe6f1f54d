"""The reply table out of a document: what the backend says, and the action it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args

from router import ReplyAction, ReplyRow, ReplyTable

from . import wording
from .cells import bare_phrases, plain, quoted_phrases, sections, unquoted_alternatives, without_sections
from .grids import Grid
from .loose_routes import reply_sentences_of
from .markdown import SkillDocument
from .plan import Finding

_ACTIONS = frozenset(get_args(ReplyAction))


def replies_of(
    document: SkillDocument, grids: Iterable[Grid], headings: Mapping[str, str]
) -> tuple[ReplyTable, tuple[Finding, ...]]:
    """The document's rows in its order, then a default row for each action it leaves out (line None)."""
    rows: list[ReplyRow] = []
    findings: list[Finding] = []
    telling = [grid for grid in grids if grid.kind == "replies"]
    # A list beside a table gives examples; sentences count where there is neither.
    for grid in [grid for grid in telling if grid.header] or telling or [reply_sentences_of(document)]:
        for row in grid.rows:
            if len(row.cells) < 2:
                continue
            quoted, rest = quoted_phrases(row.cells[0])
            phrases = (*quoted, *unquoted_alternatives(rest)) if quoted else bare_phrases(rest)
            action = _action_of(row.cells[1], headings) or _action_of(" ".join(phrases), {})
            if phrases and action:
                rows.append(ReplyRow(phrases, action, row.line))
            else:
                message = f"Nothing of ours does this: {plain(row.cells[1])[:80]!r}."
                findings.append(Finding("unknown-reply-action", "info", row.line, message))
    if not rows:
        findings.append(Finding("no-reply-table", "info", None, "No table for backend replies: the family's is used."))
    return ReplyTable((*rows, *_missing(rows))), tuple(findings)


def _missing(rows: Sequence[ReplyRow]) -> Iterator[ReplyRow]:
    """The family's row for each action no row stands for, without phrases the document uses otherwise."""
    present = {row.action for row in rows}
    claimed = {phrase.casefold() for row in rows for phrase in row.phrases}
    for entry in wording.family()["replies"]:
        phrases = tuple(phrase for phrase in entry["phrases"] if phrase.casefold() not in claimed)
        if entry["action"] not in present and phrases:
            yield ReplyRow(phrases, entry["action"], None)


def _action_of(cell: str, headings: Mapping[str, str]) -> ReplyAction | None:
    text = plain(cell)
    role = wording.first_listed(without_sections(text), wording.roles("reply_roles"))
    if role in (None, "click", "state"):
        # A bare "Check §3.3" or "Execute §3.5" says by its number what it means.
        asked = [
            request
            for number in sections(text)
            if (request := wording.first_said(headings.get(number, ""), wording.roles("request_roles")))
        ]
        role = wording.words()["reply_of_request"][asked[0]] if asked else role
    return next((action for action in _ACTIONS if action == role), None)
