"""What a machine can put right in a SKILL.md without changing what it says."""

from __future__ import annotations

import json
import re

from ..frontmatter import read_frontmatter
from ..text import decode, repair
from .text_rules import CONTROL, TRAILING

_FLOW_LINE = re.compile(r"^(\s*)([\w.-]+):\s+(\{.*\}|\[.*\])\s*$")


def fix_text(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The document as it should be, and the names of the rules that were put right, in order.

    Fixing what was fixed changes nothing. A text with bytes that are no UTF-8 keeps its U+FFFD.
    """
    text = decode(data)
    done: list[str] = []
    if data[:3] in (b"\xef\xbb\xbf",) or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        done.append("byte-order-mark")
    steps = (
        ("carriage-returns", lambda old: old.replace("\r\n", "\n").replace("\r", "\n")),
        ("mojibake", _unbroken),
        ("control-characters", lambda old: CONTROL.sub("", old)),
        ("trailing-space", lambda old: "\n".join(TRAILING.sub("", line) for line in old.split("\n"))),
        ("unfenced-frontmatter", _fenced),
        ("flow-style", _in_blocks),
        ("no-final-newline", lambda old: old if not old or old.endswith("\n") else old + "\n"),
    )
    for rule, step in steps:
        mended = step(text)
        if mended != text:
            done.append(rule)
        text = mended
    return text, tuple(done)


def _unbroken(text: str) -> str:
    """Characters broken by a wrong decoding are whole again, also where a control character stood within one."""
    for candidate in (text, CONTROL.sub("", text)):
        mended = repair(candidate)
        if mended != candidate:
            return _unbroken(mended)
    return text


def _fenced(text: str) -> str:
    """Frontmatter at the head without its fences gets them."""
    lines = text.split("\n")
    front = read_frontmatter(lines)
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if not front.values or front.aside or lines[first].startswith("```"):
        return text
    if lines[first].startswith("---"):
        return "\n".join(lines[first:])
    end = front.body
    closed = end > 0 and re.match(r"(?:-{3,}|\.{3})\s*$", lines[end - 1])
    block = lines[first : end - 1 if closed else end]
    while block and not block[-1].strip():
        block.pop()
    return "\n".join(["---", *block, "---", *lines[end:]])


def _in_blocks(text: str) -> str:
    """JSON written into one line of the frontmatter becomes indented lines with the same values."""
    lines = text.split("\n")
    front = read_frontmatter(lines)
    if front.aside or not front.values:
        return text
    mended: list[str] = []
    for line in lines[: front.body]:
        match = _FLOW_LINE.match(line)
        try:
            value = json.loads(match[3]) if match else None
        except ValueError:
            value = None
        if match and isinstance(value, dict | list) and value:
            mended += [f"{match[1]}{match[2]}:", *_block(value, len(match[1]) + 2)]
        else:
            mended.append(line)
    return "\n".join([*mended, *lines[front.body :]])


def _block(value: object, indent: int) -> list[str]:
    """A JSON value as block YAML; empty lists and mappings, which block YAML cannot write, are left out."""
    pad = " " * indent
    written: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list):
                inner = _block(item, indent + 2)
                written += [f"{pad}{key}:", *inner] if inner else []
            else:
                written.append(f"{pad}{key}: {_scalar(item)}")
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                inner = _block(item, indent + 2)
                written += [f"{pad}- {inner[0].strip()}", *inner[1:]] if inner else []
            else:
                written.append(f"{pad}- {_scalar(item)}")
    return written


def _scalar(item: object) -> str:
    if isinstance(item, str):
        plain = re.fullmatch(r"[A-Za-z_][\w./-]*", item) and item.lower() not in (
            "true",
            "false",
            "null",
            "yes",
            "no",
            "on",
            "off",
        )
        return item if plain else json.dumps(item, ensure_ascii=False)
    return json.dumps(item)
