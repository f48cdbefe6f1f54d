"""A document's text as parts with line numbers: frontmatter, headings, tables, bullets, fences, commands.

Line numbers are 1-based and count the file's own lines. Nothing here knows what a skill is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .frontmatter import Frontmatter, read_frontmatter
from .text import repair, split_lines

_BULLET = re.compile(r"^\s*(?:>\s*)*(?:[-*+•]|\d{1,3}[.)])\s+(.*)$")
_HEADING_NUMBER = re.compile(r"^§?\s*(\d+(?:\.\d+)*[a-z]?)[.):]?\s+")
_PIPED = re.compile(r"^\s*(?:>\s*)*\|.*\|\s*$")
_DELIMITER = re.compile(r"^[\s|:-]*-[\s|:-]*$")
_MAX_COLUMNS = 40
_MAX_LINE = 20_000


@dataclass(frozen=True, slots=True)
class Heading:
    """number: "3.5" of "### 3.5 Export", "" when the heading has none."""

    text: str
    number: str
    level: int
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """header: the cells of the first row; line: where it stands. rows never include the header or delimiter."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Bullet:
    """One list item's own line, without its marker."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block; line is that of its opening fence, lines are what stands inside."""

    info: str
    lines: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class SkillDocument:
    """The parts of a document, in its order. lines[0] is line 1 of the file, mojibake repaired."""

    lines: tuple[str, ...]
    frontmatter: Frontmatter
    headings: tuple[Heading, ...]
    tables: tuple[Table, ...]
    bullets: tuple[Bullet, ...]
    fences: tuple[Fence, ...]
    repaired: bool
    undecodable: bool

    def body(self) -> Iterator[tuple[int, str]]:
        """(line number, text) of every line after the frontmatter; of an endless line its first 20,000 characters."""
        for number, line in enumerate(self.lines[self.frontmatter.body :], self.frontmatter.body + 1):
            yield number, line[:_MAX_LINE]

    def statements(self) -> Iterator[tuple[int, str]]:
        r"""Like body(), but a command continued with a backslash is one statement, at its first line."""
        start, held = 0, ""
        for number, line in self.body():
            start = start or number
            if line.rstrip().endswith("\\") and len(held) < 20_000:
                held += line.rstrip()[:-1] + " "
                continue
            yield start, held + line
            start, held = 0, ""
        if held:
            yield start, held

    def section_of(self, line: int) -> Heading | None:
        """The heading a line stands under."""
        at = bisect_right(self.headings, line, key=lambda heading: heading.line)
        return self.headings[at - 1] if at else None


def parse(text: str) -> SkillDocument:
    """Parse a document's text; any text at all gives a document."""
    sound = repair(text)
    lines = tuple(split_lines(sound))
    frontmatter = read_frontmatter(lines)
    body = _close_open_fence(lines, frontmatter.body)
    tokens = _parser().parse("\n".join(body))
    offset = frontmatter.body
    fences = tuple(_fences(tokens, offset))
    fenced = {fence.line + index for fence in fences for index in range(len(fence.lines) + 2)}
    tables = list(_tables(tokens, body, offset))
    tables += _loose_tables(body, offset, fenced | {line for table in tables for line in _span(table)})
    return SkillDocument(
        lines=lines,
        frontmatter=frontmatter,
        headings=tuple(_headings(tokens, offset)),
        tables=tuple(sorted(tables, key=lambda table: table.line)),
        bullets=tuple(_bullets(body, offset, fenced)),
        fences=fences,
        repaired=sound != text,
        undecodable="\ufffd" in text,
    )


def _parser() -> MarkdownIt:
    """Blocks only. Indented code, HTML and link definitions are off: they swallow tables in documents like these."""
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
    return parser.disable(["code", "html_block", "lheading", "reference", "inline"])


def _close_open_fence(lines: Sequence[str], start: int) -> list[str]:
    """The body's lines; a fence nobody closed loses its opening line, else it would swallow the rest."""
    body = list(lines[start:])
    marker, opened = "", 0
    for index, line in enumerate(body):
        match = re.match(r"\s*(`{3,}|~{3,})(.*)$", line)
        if not match:
            continue
        if not marker:
            if "`" not in match[2]:
                marker, opened = match[1], index
        elif match[1].startswith(marker) and not match[2].strip():
            marker = ""
    if marker:
        body[opened] = ""
    return body


def _headings(tokens: Sequence[Token], offset: int) -> Iterator[Heading]:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.map:
            text = inline.content.strip().strip("#").strip()
            number = _HEADING_NUMBER.match(text)
            title = text[number.end() :] if number else text
            yield Heading(title, number[1] if number else "", int(token.tag[1:]), token.map[0] + offset + 1)


def _fences(tokens: Sequence[Token], offset: int) -> Iterator[Fence]:
    for token in tokens:
        if token.type == "fence" and token.map:
            inside = tuple(token.content.removesuffix("\n").split("\n"))
            yield Fence(token.info.strip(), inside, token.map[0] + offset + 1)


def _tables(tokens: Sequence[Token], body: Sequence[str], offset: int) -> Iterator[Table]:
    rows: list[Row] = []
    cells: list[str] = []
    line = 0
    for token, following in pairwise(tokens):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open" and token.map:
            cells, line = [], token.map[0]
        elif token.type in ("th_open", "td_open"):
            cells.append(following.content.strip())
        elif token.type == "tr_close":
            rows.append(Row(tuple(cells), line + offset + 1))
        if following.type == "table_close" and rows:
            kept = rows[: _end_of_table([body[row.line - offset - 1] for row in rows])]
            yield Table(kept[0].cells, tuple(kept[1:]), kept[0].line)


def _end_of_table(lines: Sequence[str]) -> int:
    """How many of a table's lines are its own, the header among them.

    To the standard everything up to a blank line is a row. To us a line without a pipe ends the table, and a
    delimiter row begins another one with the row before it; what is left is found as a loose table.
    """
    for index, line in enumerate(lines[1:], 1):
        if "|" not in line:
            return index
        if _DELIMITER.match(line):
            return max(index - 1, 1)
    return len(lines)


def _span(table: Table) -> range:
    last = table.rows[-1].line if table.rows else table.line
    return range(table.line, max(last, table.line + 1) + 1)


def _loose_tables(body: Sequence[str], offset: int, taken: set[int]) -> Iterator[Table]:
    """Piped rows that are no table to the standard: no delimiter row, or one of another width."""
    group: list[Row] = []
    for index, line in enumerate([*body, ""]):
        number = index + offset + 1
        if number not in taken and _PIPED.match(line):
            if not _DELIMITER.match(line):
                group.append(Row(_split_row(line), number))
            continue
        if len(group) > 1:
            yield Table(group[0].cells, tuple(group[1:]), group[0].line)
        group = []


def _split_row(line: str) -> tuple[str, ...]:
    inner = line.strip().lstrip("> ").strip().removeprefix("|").removesuffix("|")
    return tuple(cell.replace(r"\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inner, maxsplit=_MAX_COLUMNS))


def _bullets(body: Sequence[str], offset: int, fenced: set[int]) -> Iterator[Bullet]:
    for index, line in enumerate(body):
        match = _BULLET.match(line)
        if match and index + offset + 1 not in fenced:
            yield Bullet(match[1].strip(), index + offset + 1)
