"""The frontmatter of a document, fenced or not: where it is, and its values as plain text.

A value is text as written ("1.10" stays "1.10", "no" stays "no"). Duplicate keys, anchors, aliases and huge inputs are
refused; then the plain `key: text` lines are read one by one, so that a colon too many costs no name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import yaml

Value = str | list["Value"] | dict[str, "Value"]

# libyaml where the wheel has it: a third of the time of a whole compilation otherwise
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_CHARS = 64 * 1024
_MAX_DEPTH = 16
_MAX_TAIL = 60
_KEY_LINE = re.compile(r"([A-Za-z][\w-]*)\s*:(?:\s+(.*))?$")
_OPENS_UNFENCED = re.compile(r"(?:name|version|displayName|description|metadata)\s*:", re.IGNORECASE)
_FENCE = re.compile(r"-{3,}\s*$")
_CLOSE = re.compile(r"(?:-{3,}|\.{3})\s*$")
_CODE_FENCE = re.compile(r"```\s*(?:ya?ml)?\s*$", re.IGNORECASE)


class FrontmatterRefused(ValueError):
    """The YAML is broken or holds something we do not read."""


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """values: text, lists and mappings of text. lines: top-level key -> 1-based line. body: index of its first line.

    aside: indexes of the lines a block further down takes, which are no body either.
    refused: why the YAML was not read as YAML; the values are then the plain lines of it.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    body: int = 0
    refused: str | None = None
    aside: range = range(0)

    def text(self, *path: str) -> str | None:
        """The text at a path of keys, stripped; None when it is absent, empty or no text."""
        value: Value | None = dict(self.values)
        for key in path:
            value = _opened(value).get(key)
        return (value.strip() or None) if isinstance(value, str) else None


def _opened(value: Value | None) -> Mapping[str, Value]:
    """A mapping as it is, or one that was written as JSON inside a text (`metadata: '{"openclaw": …}'`)."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return load_text_yaml(value)
        except FrontmatterRefused:
            return {}
    return {}


def read_frontmatter(lines: Sequence[str]) -> Frontmatter:
    """Find the frontmatter, at the head of a document or (fenced) further down, and read it."""
    first, end, body = _bounds(lines)
    if end == first:
        aside = _misplaced(lines)
        if not aside:
            return Frontmatter(body=body)
        return replace(_read(lines, aside.start + 1, aside.stop - 1, 0), aside=aside)
    return _read(lines, first, end, body)


def _misplaced(lines: Sequence[str]) -> range:
    """The first fenced block of `key: text` lines with a name or a version in it, wherever it stands."""
    opened: int | None = None
    for index, line in enumerate(lines):
        if not (_CLOSE.match(line) or _CODE_FENCE.match(line)):
            continue
        block = lines[opened + 1 : index] if opened is not None else ()
        keys = [match[1] for other in block if (match := _KEY_LINE.match(other))]
        if opened is not None and "name" in keys and ("version" in keys or "description" in keys):
            return range(opened, index + 1)
        opened = index
    if opened is not None and len(lines) - opened < _MAX_TAIL:
        block = lines[opened + 1 :]
        keys = [match[1] for other in block if (match := _KEY_LINE.match(other))]
        if "name" in keys and "version" in keys and all(_KEY_LINE.match(line) or not line.strip() for line in block):
            return range(opened, len(lines) + 1)
    return range(0)


def _read(lines: Sequence[str], first: int, end: int, body: int) -> Frontmatter:
    block = lines[first:end]
    keys = _key_lines(block, first)
    try:
        return Frontmatter(load_text_yaml("\n".join(block)), keys, body)
    except FrontmatterRefused as refusal:
        return Frontmatter(_plain_lines(block), keys, body, refused=str(refusal))


def load_text_yaml(text: str) -> dict[str, Value]:
    """A YAML mapping whose scalars stay text. Raises FrontmatterRefused."""
    if len(text) > _MAX_CHARS:
        raise FrontmatterRefused(f"frontmatter of more than {_MAX_CHARS} characters")
    try:
        return _build(text)
    except (yaml.YAMLError, UnicodeError) as exc:
        problem = getattr(exc, "problem", None) or str(exc).splitlines()[0]
        raise FrontmatterRefused(f"broken YAML: {problem}") from exc


def _build(text: str) -> dict[str, Value]:
    """Fold the parser's events without recursion, so that nesting cannot exhaust the stack."""
    root: list[Value] = []
    stack: list[tuple[dict[str, Value] | list[Value], list[str]]] = []

    def put(value: Value) -> None:
        if not stack:
            root.append(value)
            return
        holder, pending = stack[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif pending:
            holder[pending.pop()] = value
        elif not isinstance(value, str):
            raise FrontmatterRefused("a key that is not text")
        elif value in holder:
            raise FrontmatterRefused(f"the key {value[:60]!r} stands there twice")
        else:
            pending.append(value)

    for event in yaml.parse(text, Loader=_LOADER):
        if getattr(event, "anchor", None):
            raise FrontmatterRefused("anchors and aliases")
        if isinstance(event, yaml.DocumentStartEvent) and root:
            raise FrontmatterRefused("more than one YAML document")
        if isinstance(event, yaml.ScalarEvent):
            put(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(stack) >= _MAX_DEPTH:
                raise FrontmatterRefused("nested too deeply")
            opened: dict[str, Value] | list[Value] = {} if isinstance(event, yaml.MappingStartEvent) else []
            put(opened)
            stack.append((opened, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
    if not root:
        return {}
    if not isinstance(root[0], dict):
        raise FrontmatterRefused("not a mapping")
    return root[0]


def _bounds(lines: Sequence[str]) -> tuple[int, int, int]:
    """First and end index of the frontmatter's lines, and where the body begins."""
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines):
        return start, start, start
    fence = _FENCE if _FENCE.match(lines[start]) else _CODE_FENCE if _CODE_FENCE.match(lines[start]) else None
    if fence is None:
        end = _unfenced_end(lines, start) if _OPENS_UNFENCED.match(lines[start]) else start
        return start, end, end + (end > start and end < len(lines) and bool(_CLOSE.match(lines[end])))
    following = next((line for line in lines[start + 1 :] if line.strip()), "")
    if not _KEY_LINE.match(following):
        return start, start, start
    close = _CLOSE if fence is _FENCE else re.compile(r"```\s*$")
    for index in range(start + 1, len(lines)):
        if close.match(lines[index]):
            return start + 1, index, index + 1
    end = _unfenced_end(lines, start + 1)
    return start + 1, end, end


def _unfenced_end(lines: Sequence[str], start: int) -> int:
    """Where frontmatter without a closing fence ends: at a heading or fence, or at a blank line no key follows."""
    for index in range(start, len(lines)):
        line = lines[index]
        if line.startswith(("#", ">", "|", "```")) or _CLOSE.match(line):
            return index
        if not line.strip():
            after = next((other for other in lines[index + 1 : index + 3] if other.strip()), "")
            if not (after.startswith((" ", "\t")) or _KEY_LINE.match(after)):
                return index
        elif not (line.startswith((" ", "\t", "-")) or _KEY_LINE.match(line)):
            return index
    return len(lines)


def _key_lines(block: Sequence[str], offset: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, line in enumerate(block):
        match = _KEY_LINE.match(line)
        if match:
            found.setdefault(match[1], offset + index + 1)
    return found


def _plain_lines(block: Sequence[str]) -> dict[str, Value]:
    """Top-level `key: text` lines of refused YAML; a key given twice is given up: nobody can say which holds."""
    values: dict[str, Value] = {}
    twice: set[str] = set()
    folding: str | None = None
    for line in block[:2000]:
        match = _KEY_LINE.match(line)
        if match:
            folding, text = match[1], (match[2] or "").strip()
            if folding in values or text.startswith(("&", "*", "!")):
                twice.add(folding)
            quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
            values[folding] = "" if text in (">", "|", ">-", "|-") else text[1:-1] if quoted else text
        elif folding and line.startswith((" ", "\t")):
            values[folding] = f"{values[folding]} {line.strip()}"[:_MAX_CHARS].strip()
        else:
            folding = None
    return {key: value for key, value in values.items() if key not in twice}
