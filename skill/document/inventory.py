"""The small lists of a document: accepted formats, size limit, the draft's short keys, where the client id is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import wording
from .markdown import SkillDocument

_LABEL_TO_END = re.compile(r"\*\*|`")
_TOKEN = re.compile(r"^\.?([a-z0-9]{2,5})$", re.IGNORECASE)
_BYTES = {"k": 2**10, "m": 2**20, "g": 2**30}
_KEY = re.compile(
    r"`(?P<key>[a-z]{1,3})`\s*(?:=|:|→|-|–|—|\bfor\b|\bmeans?\b|\bis\b|\bare\b|\bstands for\b)\s*"
    r"(?P<word>[A-Za-z][\w /-]{0,40}?(?:\((?:ms|[a-z]+)\))?)\s*(?=[,;.|)(]|$|\s(?:and|`))"
)
_CLIENT_ID = re.compile(
    r"(?<![\w./-])((?:~|\$HOME|\$\{HOME\}|\$XDG_CONFIG_HOME)?/[\w./-]*client[_-]?id\b(?:\.\w{1,5})?)", re.IGNORECASE
)


def formats_of(document: SkillDocument) -> tuple[tuple[str, ...], int | None]:
    """Accepted extensions, lower case, and the line. The longest list of the body counts, else the description's."""
    best: tuple[tuple[str, ...], int | None] = ((), None)
    for number, line in document.body():
        listed = _extensions(line)
        if len(listed) > len(best[0]):
            best = listed, number
    if best[0]:
        return best
    listed = _extensions(document.frontmatter.text("description") or "")
    return listed, document.frontmatter.lines.get("description") if listed else None


def _extensions(text: str) -> tuple[str, ...]:
    """The list after a label such as "Supported formats:"; two known extensions make a list."""
    label = wording.pattern("formats_label").search(text)
    if not label:
        return ()
    known = frozenset(wording.words()["extensions"])
    found: list[str] = []
    for piece in re.split(r"[\s,;/、，()|]+|\band\b", _LABEL_TO_END.sub("", text[label.end() :])):
        match = _TOKEN.match(piece.strip(".:"))
        if match and match[1].lower() in known:
            found.append(match[1].lower())
        elif found and piece.endswith("."):
            break
    return tuple(dict.fromkeys(found)) if len(found) > 1 else ()


def max_upload_of(document: SkillDocument) -> tuple[int | None, int | None]:
    """The size limit in bytes and its line; a cap is stated as one ("Max file size is 500MB", "500MB file cap")."""
    description = document.frontmatter.text("description") or ""
    for number, line in [*document.body(), (document.frontmatter.lines.get("description", 0), description)]:
        forms = (wording.pattern("size_limit", name).search(line) for name in ("cap_before", "cap_after"))
        match = next((match for match in forms if match), None)
        if match and wording.pattern("size_limit", "about").search(line):
            return int(float(match[1]) * _BYTES[match[2].lower()]), number or None
    return None, None


def draft_keys_of(document: SkillDocument) -> tuple[dict[str, str], int | None]:
    """The document's own words for the draft's short keys, from the first line that explains at least two."""
    for number, line in document.body():
        keys = {match["key"]: match["word"].strip() for match in _KEY.finditer(line)}
        if "t" in keys and len(keys) > 1:
            return keys, number
    return {}, None


def client_id_path_of(document: SkillDocument) -> tuple[str | None, int | None]:
    """Where the document keeps the anonymous client id; None when it does not say."""
    for number, path in _client_id_paths(document):
        return path, number
    return None, None


def _client_id_paths(document: SkillDocument) -> Iterator[tuple[int, str]]:
    for number, line in document.body():
        match = _CLIENT_ID.search(line)
        if match:
            yield number, match[1]
