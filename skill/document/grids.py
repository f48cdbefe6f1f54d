"""Tables, and lists that do a table's work ("- `1001`: token expired"), by what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import wording
from .markdown import Bullet, Row, SkillDocument

_CODE_CELL = re.compile(r"^\W*(?:code |error |http )?\d{1,4}\b", re.IGNORECASE)
_QUOTE_MARKS = re.compile(r"[\"“”「『«`]|^\W*'")


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells about one thing. header is empty for a list; around: the heading and sentence above."""

    kind: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    around: str


def grids(document: SkillDocument) -> tuple[Grid, ...]:
    """Every table and every list of pairs, in document order, each with its kind ("other" when it has none)."""
    found = [
        Grid(
            _kind_of_table(table.header, table.rows),
            table.header,
            table.rows,
            table.line,
            _around(document, table.line),
        )
        for table in document.tables
    ]
    taken = {row.line for table in document.tables for row in table.rows}
    for group in _bullet_groups(document):
        rows = tuple(row for row in map(_pair, group) if row and row.line not in taken)
        if rows:
            around = _around(document, group[0].line)
            found.append(Grid(_kind_of_list(rows, around), (), rows, rows[0].line, around))
    return tuple(sorted(found, key=lambda grid: grid.line))


def _kind_of_table(header: Sequence[str], rows: Sequence[Row]) -> str:
    left = header[0] if header else ""
    for entry in wording.words()["grids"]:
        if wording.pattern_of(entry["left"]).search(left):
            return str(entry["kind"])
    if _mostly_codes(rows):
        return "errors"
    named = any(wording.pattern("columns", "trigger").search(title) for title in header)
    return "routing" if named else _kind_by_content(rows)


def _kind_by_content(rows: Sequence[Row]) -> str:
    """What a grid with a title nobody foresaw is about, by what stands in its first two columns."""
    pairs = [row.cells for row in rows if len(row.cells) > 1]
    if len(pairs) < 2:
        return "other"
    content = wording.words()["content"]
    if _share(pairs, 0, content["replies"]) > 0.5 and any(_QUOTE_MARKS.search(cells[0]) for cells in pairs):
        return "replies"
    asks = [cells for cells in pairs if _QUOTE_MARKS.search(cells[0]) or _takes_the_rest(cells[0])]
    routed = [cells for cells in pairs if wording.first_said(cells[1], wording.roles("request_roles"))]
    rest = any(_takes_the_rest(cells[0]) for cells in pairs)
    enough = rest and len(asks) * 2 >= len(pairs) and len(routed) * 2 >= len(pairs)
    return "routing" if enough else "other"


def _takes_the_rest(cell: str) -> bool:
    return bool(wording.pattern("catch_all").search(cell) or wording.pattern("file_event").search(cell))


def _share(pairs: Sequence[Sequence[str]], column: int, source: str) -> float:
    return sum(bool(wording.pattern_of(source).search(cells[column])) for cells in pairs) / len(pairs)


def _kind_of_list(rows: Sequence[Row], around: str) -> str:
    if _mostly_codes(rows):
        return "errors"
    quoted = sum(bool(_QUOTE_MARKS.search(row.cells[0])) for row in rows)
    for entry in wording.words()["grids"]:
        if wording.pattern_of(entry["around"]).search(around):
            kind = str(entry["kind"])
            needs_quotes = kind in ("replies", "routing")
            if not needs_quotes or quoted * 2 >= len(rows):
                return kind
    return _kind_by_content(rows)


def _mostly_codes(rows: Sequence[Row]) -> bool:
    known = wording.family()["known_codes"]
    codes = [
        int(match[0])
        for row in rows
        if row.cells and _CODE_CELL.match(row.cells[0]) and (match := re.search(r"\d+", row.cells[0]))
    ]
    return len(codes) * 2 > len(rows) and any(code and code in known for code in codes)


def _around(document: SkillDocument, line: int) -> str:
    """The heading above a line, and the nearest line of text right before it."""
    heading = document.section_of(line)
    before = ""
    for index in range(line - 2, max(line - 5, document.frontmatter.body) - 1, -1):
        before = document.lines[index].strip()
        if before:
            break
    return f"{heading.text if heading else ''}\n{before}"


def _bullet_groups(document: SkillDocument) -> Iterator[list[Bullet]]:
    """Bullets that follow one another, with at most a blank or an indented line between two."""
    group: list[Bullet] = []
    for bullet in document.bullets:
        between = document.lines[group[-1].line : bullet.line - 1] if group else ()
        if len(between) > 2 or any(line.strip() and not line.startswith(("  ", "\t")) for line in between):
            yield group
            group = []
        group.append(bullet)
    if group:
        yield group


def _pair(bullet: Bullet) -> Row | None:
    """A bullet "left → right" as a row. Separators inside quotes or code don't count."""
    covered = re.sub(r"\"[^\"]*\"|`[^`]*`|“[^”]*”|「[^」]*」", lambda match: "\0" * len(match[0]), bullet.text)
    separator = wording.pattern("pair_separators").search(covered)
    if not separator or separator.start() == 0:
        return None
    left, right = bullet.text[: separator.start()], bullet.text[separator.end() :]
    return Row((left.strip(), right.strip()), bullet.line) if left.strip() and right.strip() else None
