"""Tables, and lists that do a table's work ("- `1001`: token expired"), by what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import wording
from .markdown import Bullet, Row, SkillDocument

_CODE_CELL = re.compile(r"^\W*(?:code |error |http |status )*e?\d{1,4}\b|\(\D{0,6}\d{3,4}\)\W*$", re.IGNORECASE)
_QUOTE_MARKS = re.compile(r"[\"“”「『«`]|^\W*'")
_COVERED = re.compile(r"\"[^\"]*\"|`[^`]*`|“[^”]*”|「[^」]*」|『[^』]*』|«[^»]*»|(?<![\w’'])['‘][^'’]*['’](?!\w)")
_TITLED = re.compile(r"^\s*(\*\*[^*]+\*\*|[^(（:]{2,40}?)\s*[(（](.+)[)）]\.?\s*$")


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells about one thing, the telling column first. header is empty for a list.

    around: the heading and sentence above it. fenced: it stands in a code fence.
    """

    kind: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    around: str
    fenced: bool = False


def grids(document: SkillDocument) -> tuple[Grid, ...]:
    """Every table and every list of pairs, in document order, each with its kind ("other" when it has none).

    One in a code fence counts only where the open text has none of its kind: it is more likely a sample.
    """
    found = []
    for table in document.tables:
        around = _around(document, table.line)
        kind, column = _kind_of_table(table.header, table.rows, around)
        rows = tuple(Row(_first(row.cells, column), row.line) for row in table.rows) if column else table.rows
        header = _first(table.header, column)
        found.append(Grid(kind, header, rows, table.line, around, table.fenced))
    taken = {row.line for table in document.tables for row in table.rows}
    for group in _bullet_groups(document):
        pairs = (_pair(bullet) for bullet in group)
        rows = tuple(row for row in pairs if row and row.line not in taken)
        if rows:
            around = _around(document, group[0].line)
            found.append(_list_grid(rows, around))
    open_kinds = {grid.kind for grid in found if not grid.fenced}
    kept = (grid for grid in found if not (grid.fenced and grid.kind in open_kinds))
    return tuple(sorted(kept, key=lambda grid: grid.line))


def _first(cells: tuple[str, ...], column: int) -> tuple[str, ...]:
    """The cells with one column moved to the front."""
    if not column or column >= len(cells):
        return cells
    return (cells[column], *cells[:column], *cells[column + 1 :])


def _kind_of_table(header: Sequence[str], rows: Sequence[Row], around: str) -> tuple[str, int]:
    """What a table is about, and its telling column: by its titles, else what stands above it, else its content."""
    entries = wording.words()["grids"]
    for at, title in enumerate(header):
        for entry in entries if at == 0 else entries[:2]:
            kind = str(entry["kind"])
            titled = kind != "routing" and wording.pattern_of(entry["left"]).search(title)
            if titled and (kind != "errors" or _mostly_codes(rows, at, strictly=False)):
                return kind, at if kind in ("errors", "replies") else 0
    coded = next((at for at in range(min(len(header), 4)) if _mostly_codes(rows, at)), None)
    if coded is not None:
        return "errors", coded
    left = header[0] if header else ""
    about_user = any(wording.pattern("columns", "user").search(title) for title in header)
    above = wording.pattern_of(entries[1]["around"]).search(around) and _looks_like_replies(rows)
    pairs = [row.cells for row in rows if len(row.cells) > 1]
    if not about_user and (above or (pairs and _share(pairs, 0, wording.words()["content"]["replies"]) > 0.5)):
        return "replies", 0
    named = any(wording.pattern("columns", "trigger").search(title) for title in header)
    if (named or wording.pattern_of(entries[-1]["left"]).search(left)) and _routes_something(header, rows):
        return "routing", 0
    return _kind_by_content(rows), 0


def _looks_like_replies(rows: Sequence[Row]) -> bool:
    pairs = [row.cells for row in rows if len(row.cells) > 1]
    acting = [cells for cells in pairs if wording.first_listed(cells[1], wording.roles("reply_roles"))]
    return bool(pairs) and len(acting) * 2 >= len(pairs)


def _routes_something(header: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether a table with the right titles sends requests anywhere: a table of prompts and praise does not."""
    flagged = any(wording.pattern("columns", "flag").search(title) for title in header[1:])
    said: set[str] = set()
    pointed = rest = False
    for row in rows:
        for cell in row.cells[:1] + row.cells[1:4]:
            pointed = pointed or bool(wording.pattern("points_somewhere").search(cell))
            rest = rest or bool(wording.pattern("catch_all").search(cell))
        said.update(
            role for cell in row.cells[1:3] if (role := wording.first_said(cell, wording.roles("request_roles")))
        )
    return bool(said) and (flagged or pointed or rest or len(said) > 1)


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


def _list_grid(rows: tuple[Row, ...], around: str) -> Grid:
    """A list of pairs. "**Export** — "export", "download"" names the action first, so it is turned round."""
    turned = tuple(_turned(row) for row in rows)
    kind = _kind_of_list(turned, around)
    return Grid(kind, (), turned if kind in ("routing", "replies") else rows, rows[0].line, around)


def _turned(row: Row) -> Row:
    left, right = row.cells
    names = wording.first_said(left, wording.roles("request_roles")) or wording.first_listed(
        left, wording.roles("reply_roles")
    )
    said = _QUOTE_MARKS.search(right) or _takes_the_rest(right)
    if not names or not said or _QUOTE_MARKS.search(left) or _takes_the_rest(left):
        return row
    skip = wording.pattern("said_to_skip").search(right)
    if not skip:
        return Row((right, left), row.line)
    return Row((right[: skip.start()] + right[skip.end() :], f"{left} {skip[0]}"), row.line)


def _kind_of_list(rows: Sequence[Row], around: str) -> str:
    if _mostly_codes(rows, 0):
        return "errors"
    called = sum(bool(wording.first_listed(row.cells[0], wording.roles("calls", "call"))) for row in rows)
    if called * 2 > len(rows):
        return "endpoints"
    quoted = sum(bool(_QUOTE_MARKS.search(row.cells[0]) or _takes_the_rest(row.cells[0])) for row in rows)
    for entry in wording.words()["grids"]:
        kind = str(entry["kind"])
        if kind == "errors" or not wording.pattern_of(entry["around"]).search(around):
            continue
        if kind not in ("replies", "routing"):
            return kind
        fits = _looks_like_replies(rows) if kind == "replies" else _routes_something((), rows)
        if fits and quoted * 2 >= len(rows):
            return kind
    return _kind_by_content(rows)


def _mostly_codes(rows: Sequence[Row], column: int, *, strictly: bool = True) -> bool:
    """strictly: one of the codes must be the family's."""
    known = wording.family()["known_codes"]
    codes = [
        int(match[0])
        for row in rows
        if len(row.cells) > column
        and _CODE_CELL.match(row.cells[column])
        and (match := re.search(r"\d+", row.cells[column]))
    ]
    return len(codes) * 2 > len(rows) and (not strictly or any(code and code in known for code in codes))


def _around(document: SkillDocument, line: int) -> str:
    """The heading above a line, and the nearest line of text right before it."""
    heading = document.section_of(line)
    before = ""
    for index in range(line - 2, max(line - 5, document.frontmatter.body) - 1, -1):
        before = document.lines[index].strip()
        if before and not before.startswith("```"):
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
    covered = _COVERED.sub(lambda match: "\0" * len(match[0]), bullet.text)
    separator = wording.pattern("pair_separators").search(covered)
    if not separator or separator.start() == 0:
        titled = _TITLED.match(bullet.text)
        if titled and _QUOTE_MARKS.search(titled[2]):
            return Row((titled[1].strip(), titled[2].strip()), bullet.line)
        return None
    left, right = bullet.text[: separator.start()], bullet.text[separator.end() :]
    return Row((left.strip(), right.strip()), bullet.line) if left.strip() and right.strip() else None
