"""A document's text as parts with line numbers: frontmatter, headings, tables, bullets, fences, commands.

Line numbers are 1-based and count the file's own lines. Nothing here knows what a skill is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .frontmatter import Frontmatter, read_frontmatter
from .html_marks import as_markdown
from .text import repair, split_lines

_BULLET = re.compile(r"^(\s*)(?:>\s*)*(?:[-*+•–·◦▪‣●]|\(?\d{1,3}[.)、]|[a-h][.)])\s+(.*)$")
_HEADING_NUMBER = re.compile(r"^§?\s*(\d+(?:\.\d+)*[a-z]?)[.):、]?\s+")
_BOLD_TITLE = re.compile(r"^\*\*\s*(§?\s*\d+(?:\.\d+)*[a-z]?[.):]?\s+[^*]{1,100}?)\s*\*\*:?\s*$")
_UNDERLINED = re.compile(r"[^|#>*`\s-][^|]{0,100}$")
_UNDERLINE = re.compile(r"(=|-)\1{2,}\s*$")
_WRAPPER = re.compile(r"^\s*(`{3,}|~{3,})\s*(?:markdown|md)\s*$", re.IGNORECASE)
_PROSE_FENCES = frozenset(("", "markdown", "md", "text", "txt", "table", "plaintext"))
_PIPED = re.compile(r"^\s*(?:>\s*)*\|.*\|\s*$")
_TABBED = re.compile(r"^\S[^\t]*\t+\S")
_DELIMITER = re.compile(r"^[\s|:-]*-[\s|:-]*$")
_MAX_COLUMNS = 40
_MAX_LINE = 20_000
_LONG_LINE = 1_000
_RUNS = re.compile(r"([\W_])\1{30,}")


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
    """header: the cells of the first row; line: where it stands. rows never include the header or delimiter.

    fenced: it stands in a code fence, so it may be a sample and not a rule.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    fenced: bool = False


@dataclass(frozen=True, slots=True)
class Bullet:
    """One list item's own line, without its marker. depth: how far it is indented, in columns."""

    text: str
    line: int
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block; line is that of its opening fence, lines are what stands inside."""

    info: str
    lines: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class SkillDocument:
    """The parts of a document, in its order. lines[0] is line 1 of the file, mojibake repaired.

    numbered: what body() gives.
    """

    lines: tuple[str, ...]
    frontmatter: Frontmatter
    headings: tuple[Heading, ...]
    tables: tuple[Table, ...]
    bullets: tuple[Bullet, ...]
    fences: tuple[Fence, ...]
    repaired: bool
    undecodable: bool
    numbered: tuple[tuple[int, str], ...]

    def body(self) -> Iterator[tuple[int, str]]:
        """(line number, text) of every line after the frontmatter; of an endless line its first 20,000 characters."""
        return iter(self.numbered)

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
    lines = _unwrapped(split_lines(sound))
    frontmatter = read_frontmatter(lines)
    offset = frontmatter.body
    lines = [*lines[:offset], *as_markdown("\n".join(lines[offset:])).split("\n")]
    bare = ["" if number in frontmatter.aside else line for number, line in enumerate(lines[offset:], offset)]
    body = _close_open_fence(list(bare))
    tokens = _parser().parse("\n".join(body))
    fences = tuple(_fences(tokens, offset))
    fenced = {fence.line + index for fence in fences for index in range(len(fence.lines) + 2)}
    tables = list(_tables(tokens, body, offset))
    tables += _loose_tables(body, offset, fenced | {line for table in tables for line in _span(table)})
    for fence in fences:
        if fence.info.lower() in _PROSE_FENCES:
            tables += (replace(table, fenced=True) for table in _loose_tables(fence.lines, fence.line, set()))
    headings = [*_headings(tokens, offset), *_other_headings(body, offset, fenced)]
    return SkillDocument(
        lines=tuple(lines),
        frontmatter=frontmatter,
        headings=tuple(sorted(headings, key=lambda heading: heading.line)),
        tables=tuple(sorted(tables, key=lambda table: table.line)),
        bullets=tuple(_bullets(body, offset, fenced)),
        fences=fences,
        repaired=sound != text,
        undecodable="\ufffd" in text,
        numbered=tuple((number, _bounded(line)) for number, line in enumerate(bare, offset + 1)),
    )


def _bounded(line: str) -> str:
    """The line as patterns may see it: no endless one, and no endless run of one mark, which would make them crawl."""
    if len(line) < _LONG_LINE:
        return line
    return _RUNS.sub(lambda match: match[0][:30], line[:_MAX_LINE])


def _unwrapped(lines: list[str]) -> list[str]:
    """A document that stands as a whole in one Markdown fence loses the fence, not its line numbers."""
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    last = next((index for index in range(len(lines) - 1, first, -1) if lines[index].strip()), first)
    opened = _WRAPPER.match(lines[first])
    if opened and lines[last].strip() == opened[1]:
        lines[first] = lines[last] = ""
    return lines


@cache
def _parser() -> MarkdownIt:
    """Blocks only. Indented code, HTML and link definitions are off: they swallow tables in documents like these."""
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
    return parser.disable(["code", "html_block", "lheading", "reference", "inline", "blockquote", "hr"])


def _close_open_fence(body: list[str]) -> list[str]:
    """The body's lines; a fence nobody closed loses its opening line, else it would swallow the rest."""
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
            yield _heading(inline.content, int(token.tag[1:]), token.map[0] + offset + 1)


def _other_headings(body: Sequence[str], offset: int, fenced: set[int]) -> Iterator[Heading]:
    """Titles underlined with = or - and numbered ones in bold, each alone on its line."""
    for index, text in enumerate(body):
        number = index + offset + 1
        if not text.startswith(("==", "--", "**")) or number in fenced:
            continue
        bold = _BOLD_TITLE.match(text)
        if bold:
            yield _heading(bold[1], 3, number)
        elif index and _UNDERLINE.match(text) and _UNDERLINED.match(body[index - 1]):
            alone = index < 2 or not body[index - 2].strip()
            if alone:
                yield _heading(body[index - 1], 1 if text[0] == "=" else 2, number - 1)


def _heading(text: str, level: int, line: int) -> Heading:
    text = text.strip().strip("#").strip()
    number = _HEADING_NUMBER.match(text)
    title = text[number.end() :] if number else text
    return Heading(title.lstrip("-–—: "), number[1] if number else "", level, line)


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
    """Rows that are no table to the standard: no delimiter row, one of another width, cells parted by tabs.

    bare: rows without outer pipes, which only a delimiter row under the first one makes a table.
    """
    group: list[Row] = []
    bare = False
    for index, (line, following) in enumerate(pairwise([*body, "", ""])):
        number = index + offset + 1
        bare = "|" in line and (bare or ("|" in following and bool(_DELIMITER.match(following))))
        if number not in taken and (bare or _PIPED.match(line)):
            if _DELIMITER.match(line):
                # the row above heads another table that follows without a gap
                if len(group) > 2:
                    yield Table(group[0].cells, tuple(group[1:-1]), group[0].line)
                group = group[-1:]
            elif line.strip("| "):
                group.append(Row(_split_row(line), number))
            continue
        if number not in taken and "\t" in line and _TABBED.match(line):
            group.append(Row(tuple(cell.strip() for cell in line.split("\t", _MAX_COLUMNS)), number))
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
            yield Bullet(match[2].strip(), index + offset + 1, len(match[1].expandtabs(4)))
