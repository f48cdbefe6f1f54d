"""Words and JSON Lines, in and out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .exits import BAD_FILE, CallError

_MOST_WORDS_BYTES = 1 << 20


def json_line(value: Mapping[str, Any]) -> str:
    """One line of JSON that any stream can carry: half a character, as hostile text has, is written as an escape."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return line


def read_lines(name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON Lines file, "-" for standard input. Raises CallError with the number of a bad line."""
    try:
        source = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115 - read to its end below
    except OSError as error:
        raise CallError(f"{name}: {error.strerror}. Give --batch a file of JSON Lines.", BAD_FILE) from error
    with source:
        for number, line in enumerate(source, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise CallError(f"{name}, line {number}: this is not JSON.", BAD_FILE) from error
            if not isinstance(value, dict) or not isinstance(value.get("text"), str):
                raise CallError(f'{name}, line {number}: an object with "id" and "text" is needed.', BAD_FILE)
            yield value


def read_words(text: str) -> str:
    """The user's words, as typed; "-" reads standard input."""
    raw = sys.stdin.buffer.read(_MOST_WORDS_BYTES) if text == "-" else text.encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "replace").removeprefix("\ufeff").strip()
