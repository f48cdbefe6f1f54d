"""The small lists of a document: accepted formats, size limit, the draft's short keys, where the client id is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import wording
from .cells import plain
from .markdown import SkillDocument

_LABEL_TO_END = re.compile(r"\*\*|`")
_TOKEN = re.compile(r"^\.?([a-z0-9]{2,5})$", re.IGNORECASE)
_BYTES = {"k": 2**10, "m": 2**20, "g": 2**30}
_JOINED = r"(?:=|:|：|→|-|–|—|\bfor\b|\bmeans?\b|\bis\b|\bare\b|\bstands for\b|\bholds?\b|表示|是|为)"
_KEY = re.compile(
    rf"(?:[`\"'](?P<key>[a-z]{{1,3}})[`\"']\s*(?:{_JOINED}|\()|(?<![\w.`])(?P<bare>t|tt|sg|d|m)\s*(?:=|:|→))\s*[\"']?"
    r"(?P<word>[^\W\d_][\w /-]{0,40}?(?:\s?\((?:ms|in \w+|[a-z]+)\))?)\s*"
    r"(?=[,;.|)(\]}\"'，；。、]|$|\s(?:and|`))"
)
_SHORT_KEY = re.compile(r"[a-z]{1,3}$")
_HOME = r"(?:~|\$HOME|\$\{HOME\}|\$\{?XDG_\w+(?::-[^}\s]+)?\}?|%\w+%)"
_CLIENT_ID = re.compile(rf"(?<![\w./-])({_HOME}?[/\\][\w./\\-]*client[_-]?id\b(?:\.\w{{1,5}})?)", re.IGNORECASE)
_KEPT_ELSEWHERE = re.compile(
    rf"(?=.*\bclient[-_ ]?id)(?=.*(?:persist|sav|stor|kept|keep|writ|cach|remember|保存|写入))"
    rf".*?(?<![\w./-])`?({_HOME}[/\\][\w./\\-]*[\w-])",
    re.IGNORECASE,
)


def formats_of(document: SkillDocument) -> tuple[tuple[str, ...], int | None]:
    """Accepted extensions, lower case, and the line.

    A list after "Supported formats:" counts before one in running text, and a longer one before a shorter; what is
    spread over the lines below a label ("Video: mp4, mov") is one list. Without any, the description's.
    """
    best: tuple[tuple[str, ...], int | None] = ((), None)
    rank = (False, 1)
    label, out = wording.pattern("formats_label"), wording.pattern("formats_out")
    for number, line in document.body():
        found = label.search(line)
        if not found or out.search(line):
            continue
        listed, colon = _extensions(line), line[found.end() : found.end() + 24].lstrip("* `").startswith((":", "："))
        if len(listed) < 2 and (line.startswith(("#", "**")) or line.rstrip("* ").endswith((":", "："))):
            listed, colon = _below(document, number), True
        if (colon, len(listed)) > rank and len(listed) > 1:
            best, rank = (listed, number), (colon, len(listed))
    if best[0]:
        return best
    listed = _extensions(document.frontmatter.text("description") or "")
    return (listed, document.frontmatter.lines.get("description")) if len(listed) > 1 else ((), None)


def _extensions(text: str) -> tuple[str, ...]:
    """The list after a label such as "Supported formats:"."""
    label = wording.pattern("formats_label").search(text)
    return _listed(text[label.end() :]) if label else ()


def _listed(text: str) -> tuple[str, ...]:
    known = frozenset(wording.words()["extensions"])
    found: list[str] = []
    for piece in re.split(r"[\s,;/、，。；()（）：:|·+&]+|\band\b|\bor\b|和|及", _LABEL_TO_END.sub("", text)):
        match = _TOKEN.match(piece.strip(".:"))
        if match and match[1].lower() in known:
            found.append(match[1].lower())
        elif len(found) > 1 and piece.endswith("."):
            break
    return tuple(dict.fromkeys(found))


def _below(document: SkillDocument, number: int) -> tuple[str, ...]:
    """The extensions of the lines under a label, up to a heading or two lines that name none."""
    found: list[str] = []
    empty = 0
    for line in document.lines[number : number + 20]:
        listed = _listed(line[:2000])
        found += listed
        empty = 0 if listed else empty + bool(line.strip() and not line.startswith("|"))
        if line.startswith("#") or empty > 1 or (found and empty):
            break
    return tuple(dict.fromkeys(found))


def max_upload_of(document: SkillDocument) -> tuple[int | None, int | None]:
    """The size limit in bytes and its line; a cap is stated as one ("Max file size is 500MB", "500MB file cap")."""
    description = document.frontmatter.text("description") or ""
    for number, line in [*document.body(), (document.frontmatter.lines.get("description", 0), description)]:
        if not wording.pattern("size_limit", "about").search(line):
            continue
        forms = (wording.pattern("size_limit", name).search(line) for name in ("cap_before", "cap_after"))
        match = next((match for match in forms if match), None)
        if match:
            return int(float(match[1]) * _BYTES[match[2].lower()]), number or None
    return None, None


def draft_keys_of(document: SkillDocument) -> tuple[dict[str, str], int | None]:
    """The document's own words for the draft's short keys: one line, a table or neighbouring lines explain them."""
    for table in document.tables:
        rows = {plain(row.cells[0]).strip("`\"' "): row.cells for row in table.rows if len(row.cells) > 1}
        if "t" in rows and len(rows) > 1 and all(_SHORT_KEY.match(key) for key in rows):
            return {key: plain(cells[1]) for key, cells in rows.items()}, table.rows[0].line
    held: dict[str, str] = {}
    first = last = 0
    for number, line in document.body():
        if not ("`" in line or "=" in line or '"' in line or "→" in line):
            continue
        keys = {match["key"] or match["bare"]: match["word"].strip() for match in _KEY.finditer(line)}
        if "t" in keys and len(keys) > 1:
            return keys, number
        if keys and len(keys) < 3:
            first, held = (first, held | keys) if held and number - last < 3 else (number, keys)
            last = number
        if "t" in held and len(held) > 2:
            held |= _keys_of(document.lines[number : number + 6])
            return held, first
    return {}, None


def _keys_of(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        keys = {match["key"] or match["bare"]: match["word"].strip() for match in _KEY.finditer(line[:500])}
        if not keys and line.strip():
            break
        found |= keys
    return found


def client_id_path_of(document: SkillDocument) -> tuple[str | None, int | None]:
    """Where the document keeps the anonymous client id; None when it does not say."""
    elsewhere: tuple[str | None, int | None] = (None, None)
    for number, line in document.body():
        if "/" not in line and "\\" not in line:
            continue
        match = _CLIENT_ID.search(line)
        if match:
            return match[1], number
        if elsewhere[0] is None and "id" in line and (kept := _KEPT_ELSEWHERE.match(line[:2000])):
            elsewhere = kept[1], number
    return elsewhere
