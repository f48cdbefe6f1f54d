"""Error codes out of a document's tables, lists or prose: what each means and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from . import wording
from .cells import plain
from .grids import Grid
from .markdown import Row, SkillDocument
from .plan import ErrorRow, Recovery

_RECOVERIES = frozenset(get_args(Recovery))
_FIRST_CODE = re.compile(r"(?<![\w.])E?(\d{1,5})(?!\w|\.\d)")
_CODE_IN_PROSE = re.compile(
    r"(?<![\w.§#:/$-])`?(\d{3,4}|0(?=`?\s*(?:is|means|[=:—-])?\s*(?:ok\b|success|fine)))`?(?![\w]|\.\d)", re.IGNORECASE
)
_LEAD = re.compile(r"^[\s:,;=)\]—–→-]+|^(?:means?|is|for|indicates?)\b\s*", re.IGNORECASE)
# "New session §3.0 (see §1)": a reference is of no use to whoever reads the advice.
_REFERENCE = re.compile(r"\s*\((?:see )?§[^()]*\)|\s*§\s*[\d.]*\d[a-z]?")
_STEP = re.compile(r"\s*(?:;|→|=>|->|—|–|\s-\s)\s*")


def errors_of(document: SkillDocument, grids: Iterable[Grid]) -> tuple[ErrorRow, ...]:
    """The document's rows (tables and lists before prose; the first row of a code counts), then our defaults."""
    rows: dict[int, ErrorRow] = {}
    tables = [grid for grid in grids if grid.kind == "errors"]
    for found in (_from_grids(tables), _from_headings(document), _from_prose(document, tables)):
        for row in found:
            rows.setdefault(row.code, row)
    for entry in wording.family()["errors"]:
        rows.setdefault(entry["code"], ErrorRow(**entry, line=None))
    return tuple(rows.values())


def _from_grids(grids: Iterable[Grid]) -> Iterator[ErrorRow]:
    for grid in grids:
        for row in grid.rows:
            for code in _FIRST_CODE.findall(plain(row.cells[0]).replace("`", "")):
                yield _row_of(int(code), *_meaning_and_advice(grid, row), row.line)


def _meaning_and_advice(grid: Grid, row: Row) -> tuple[str, str]:
    """By the columns' titles; a list's "meaning; advice" is cut at its first mark."""
    if not grid.header:
        meaning, *advice = _STEP.split(plain(row.cells[1]), maxsplit=1)
        return meaning, advice[0] if advice else meaning
    titled = {
        role: next(
            (at for at, title in enumerate(grid.header) if at and wording.pattern("columns", role).search(title)), None
        )
        for role in ("meaning", "advice")
    }
    advice_at = titled["advice"] if titled["advice"] is not None else len(grid.header) - 1
    meaning_at = titled["meaning"] if titled["meaning"] not in (None, advice_at) else 1 if advice_at != 1 else None
    cells = [plain(cell) for cell in row.cells]
    return cells[meaning_at] if meaning_at and meaning_at < len(cells) else "", cells[advice_at] if advice_at < len(
        cells
    ) else ""


def _from_headings(document: SkillDocument) -> Iterator[ErrorRow]:
    """A section for each code ("### 1001 Token expired"), its first line the advice."""
    known = wording.family()["known_codes"]
    for heading in document.headings:
        code = int(heading.number) if heading.number.isdigit() and len(heading.number) < 6 else -1
        if code > 99 and code in known:
            below = (plain(line) for line in document.lines[heading.line : heading.line + 4] if line.strip())
            yield _row_of(code, heading.text, next(below, ""), heading.line)


def _from_prose(document: SkillDocument, tables: Iterable[Grid]) -> Iterator[ErrorRow]:
    """Sentences of a section about errors: each code speaks until the next one begins."""
    taken = {row.line for grid in tables for row in grid.rows}
    about = wording.pattern("prose_errors")
    known = wording.family()["known_codes"]
    for number, line in document.body():
        heading = document.section_of(number)
        if number in taken or line.startswith(("#", "|")) or not heading or not _CODE_IN_PROSE.search(line):
            continue
        counted = wording.pattern("counted")
        codes = [match for match in _CODE_IN_PROSE.finditer(line) if not counted.match(line, match.end())]
        ours = {match[1] for match in codes if int(match[1]) in known}
        if not ours or not (about.search(heading.text) or (len(ours) > 1 and about.search(line))):
            continue
        for at, match in enumerate(codes):
            end = codes[at + 1].start() if at + 1 < len(codes) else len(line)
            meaning, *advice = _STEP.split(_LEAD.sub("", plain(line[match.end() : end])).strip(" `*,.;"), maxsplit=1)
            yield _row_of(int(match[1]), meaning, advice[0] if advice else meaning, number)


def _row_of(code: int, meaning: str, advice: str, line: int) -> ErrorRow:
    meaning, advice = (_REFERENCE.sub("", text).strip() for text in (meaning, advice))
    return ErrorRow(code, meaning, advice, _recovery(code, meaning, advice), line)


def _recovery(code: int, meaning: str, advice: str) -> Recovery:
    """A code of the family keeps its recovery, unless the words speak of another one and not of its own."""
    candidates = wording.roles("recovery_roles")
    usual = next(
        (entry["recovery"] for entry in wording.family()["errors"] if entry["code"] == code),
        "none" if code == 0 else "",
    )
    said = wording.first_listed(advice, candidates) or wording.first_listed(meaning, candidates) or "other"
    own = next((role for role in candidates if role.name == usual), None)
    if said == "other" and code < 1000 and code and _redefined(code, meaning) and own:
        # A plain HTTP code means many things: "400 Bad request" is no missing client id.
        return "other" if not own.pattern.search(f"{meaning} {advice}") else _known(usual)
    if usual and (
        said == "other" or own is None or own.pattern.search(f"{meaning} {advice}") or not _redefined(code, meaning)
    ):
        said = usual
    return _known(said)


def _known(role: str) -> Recovery:
    return next((recovery for recovery in _RECOVERIES if recovery == role), "other")


def _redefined(code: int, meaning: str) -> bool:
    """Whether the meaning is given and shares no word with what the family means by this code."""
    usual = next((entry["meaning"] for entry in wording.family()["errors"] if entry["code"] == code), "")
    shared = set(re.findall(r"\w{4,}", usual.lower())) & set(re.findall(r"\w{4,}", meaning.lower()))
    return bool(meaning) and not shared
