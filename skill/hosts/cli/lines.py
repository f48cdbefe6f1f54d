"""Words and JSON Lines, in and out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from api import MOST_MESSAGE_CHARS

from ...turn.neutral import neutral
from ..words import too_long
from .exits import BAD_FILE, CallError

_MOST_BYTES = MOST_MESSAGE_CHARS * 8


class Unheard(OSError):
    """What was to be told could not be written out; the message says why."""


@contextmanager
def _heard() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # a reader that has enough
        raise
    except OSError as error:
        raise Unheard(error.strerror or str(error)) from error


def put(text: str, stream: TextIO | None = None) -> None:
    """Print a paragraph at once, without anything that a terminal or a host would obey. stream: standard output."""
    with _heard():
        print(neutral(text), file=stream or sys.stdout, flush=True)


def put_json(value: Mapping[str, Any]) -> None:
    """Print one line of JSON."""
    put_exact(json_line(value))


def put_exact(text: str) -> None:
    """Print what programs read, as it is."""
    with _heard():
        print(text)


def flush() -> None:
    """Put out what was printed. Raises Unheard, BrokenPipeError."""
    with _heard():
        sys.stdout.flush()


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
    """The user's words, as typed; "-" reads standard input. Raises CallError for more than a backend takes."""
    raw = sys.stdin.buffer.read(_MOST_BYTES) if text == "-" else text.encode("utf-8", "surrogateescape")
    return checked_words(raw.decode("utf-8", "replace").removeprefix("\ufeff").strip(), cut=len(raw) == _MOST_BYTES)


def checked_words(words: str, *, cut: bool = False) -> str:
    """The same words. cut: there are more than these. Raises CallError for more than a backend takes."""
    if (complaint := too_long(words, cut=cut)) is not None:
        raise CallError(complaint)
    return words
