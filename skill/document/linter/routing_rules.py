"""Rules about the routing and error tables: rows nobody reaches, phrases that collide, advice that cannot work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from router import PhraseRow

from ..plan import Finding
from .subject import Subject

_NEVER_CHAT = frozenset(("export", "credits", "status"))
_DAYS = re.compile(r"\b(?:\d+|seven|per|a|each) ?days?\b|\bweek|\bmonth|天|周", re.IGNORECASE)
_SHORT_WAIT = re.compile(r"\b\d+ ?s(?:ec\w*)?\b|seconds?|minutes?|秒", re.IGNORECASE)
_OTHER_HELP = re.compile(
    r"\bstill\b|own token|NEMO_TOKEN|regist|next week|\d ?days? later|come back|until|for the week", re.I
)


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about rows, in their order."""
    rows = [row for row in subject.plan.routing.rows if row.line is not None]
    yield from _unreachable(rows)
    yield from _collisions(rows)
    for row in rows:
        if not (row.phrases or row.event or row.catch_all):
            yield Finding("vague-trigger", "info", row.line, f"No words and no event lead to {row.label[:60]!r}.")
        if row.skip_sse and "chat" in row.actions:
            yield Finding("contradictory-flag", "warning", row.line, "A row for the chat is marked as skipping it.")
        elif row.skip_sse is False and row.actions[0] in _NEVER_CHAT:
            message = f"A row for {row.actions[0]} is marked as going through the chat."
            yield Finding("contradictory-flag", "warning", row.line, message)
    yield from _errors(subject)


def _unreachable(rows: list[PhraseRow]) -> Iterator[Finding]:
    rest = next((row for row in rows if row.catch_all), None)
    for row in rows[rows.index(rest) + 1 :] if rest else ():
        message = f"The row for everything else (line {rest.line if rest else 0}) stands above this one."
        yield Finding("unreachable-row", "warning", row.line, message)


def _collisions(rows: list[PhraseRow]) -> Iterator[Finding]:
    """A phrase given twice, or one that holds the words of an earlier row with another action."""
    first: dict[str, PhraseRow] = {}
    for row in rows:
        for phrase in row.phrases:
            words = " ".join(re.findall(r"\w+", phrase.casefold()))
            if not words:
                continue
            earlier = first.get(words)
            if earlier is not None and earlier is not row and earlier.actions != row.actions:
                message = f'"{phrase}" stands in line {earlier.line} already, for {earlier.actions[0]}.'
                yield Finding("duplicate-trigger", "warning", row.line, message)
                continue
            holder = next((first[part] for part in _parts(words) if part in first), None)
            if holder is not None and holder is not row and holder.actions != row.actions:
                message = f'"{phrase}" holds words that line {holder.line} takes for {holder.actions[0]}.'
                yield Finding("overlapping-triggers", "warning", row.line, message)
            first.setdefault(words, row)


def _parts(words: str) -> Iterator[str]:
    """Every run of neighbouring words that is shorter than the whole."""
    split = words.split()[:12]
    for length in range(1, len(split)):
        for at in range(len(split) - length + 1):
            yield " ".join(split[at : at + length])


def _errors(subject: Subject) -> Iterator[Finding]:
    for row in subject.plan.errors:
        text = f"{row.meaning} {row.advice}"
        limit = row.recovery == "wait_and_retry" and row.line is not None and _DAYS.search(text)
        if limit and _SHORT_WAIT.search(row.advice) and not _OTHER_HELP.search(row.advice):
            message = f"{row.code}: {row.advice[:60]!r} cannot end a limit that lasts days."
            yield Finding("useless-retry", "warning", row.line, message)
    seen: dict[int, tuple[int, str]] = {}
    for table in subject.document.tables:
        for line, code, rest in _coded(table.header, [(row.line, row.cells) for row in table.rows]):
            if code in seen and seen[code][1] != rest:
                message = f"{code} has a row in line {seen[code][0]} already, with other words."
                yield Finding("contradictory-error", "warning", line, message)
            seen.setdefault(code, (line, rest))


def _coded(header: tuple[str, ...], rows: list[tuple[int, tuple[str, ...]]]) -> Iterator[tuple[int, int, str]]:
    if not header or not re.search(r"\bcode|错误码", header[0], re.IGNORECASE):
        return
    for line, cells in rows:
        code = re.match(r"\W*(\d{3,4})\W*$", cells[0]) if cells else None
        if code:
            yield line, int(code[1]), " ".join(cells[1:]).casefold()
