"""HTML in a document becomes the Markdown it stands for, line for line: tables, lists, headings, comments.

Only tags of a page's body count; a placeholder such as `<sid>` or `<lang>` stays what it is.
"""

from __future__ import annotations

import re
from html import unescape

_ANY = re.compile(r"<(?:!--|/?(?:table|tr|t[dh]|h[1-6]|li|br|p|div|details|summary)\b)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)(?=</tr\s*>|<tr\b|</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)(?=</t[dh]\s*>|<t[dh]\b|\Z)", re.IGNORECASE | re.DOTALL)
_MARKS = (
    (re.compile(r"<br\s*/?>", re.IGNORECASE), " / "),
    (re.compile(r"</?(?:b|strong)>", re.IGNORECASE), "**"),
    (re.compile(r"</?(?:code|kbd|tt)>", re.IGNORECASE), "`"),
)
_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"^[ \t]*<h([1-6])\b[^>]*>(.*?)</h\1>[ \t]*$", re.IGNORECASE | re.MULTILINE)
_ITEM = re.compile(r"<li\b[^>]*>", re.IGNORECASE)
_REST = re.compile(
    r"</?(?:table|thead|tbody|tfoot|caption|tr|t[dh]|ul|ol|li|p|div|span|details|summary|section|article|center|em|i|u|sup"
    r"|sub|font|a|body|html|head|main|header|footer|dl|dt|dd)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_MAX_ROW = 20_000


def as_markdown(text: str) -> str:
    """The text with its HTML written as Markdown; every line keeps its number."""
    if not _ANY.search(text):
        return text
    text = _COMMENT.sub(lambda match: _lines_of(match[0]), text)
    text = _TABLE.sub(_table, text)
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    text = _HEADING.sub(lambda match: f"{'#' * int(match[1])} {match[2]}", text)
    text = _ITEM.sub("- ", text)
    return _REST.sub("", text)


def _table(match: re.Match[str]) -> str:
    """A table's rows, and on its other lines a mark that keeps them together."""
    lines = _REST.sub("", _ROW.sub(_row, match[0])).split("\n")
    return "\n".join(line if "|" in line else "||" for line in lines)


def _row(match: re.Match[str]) -> str:
    """One row on the line where it begins, the lines it took left empty."""
    if len(match[1]) > _MAX_ROW:
        return match[0]
    cells = [" ".join(unescape(cell[1]).split()).replace("|", r"\|") for cell in _CELL.finditer(match[1])]
    return "| " + " | ".join(cells) + " |" + _lines_of(match[0]) if cells else _lines_of(match[0])


def _lines_of(text: str) -> str:
    return "\n" * text.count("\n")
