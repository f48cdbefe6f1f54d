"""The files of a multipart upload, written down as they arrive: nothing is held in memory or copied twice."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from anyio import to_thread
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from .refusals import BAD_REQUEST, FILE_TOO_LARGE, Refusal
from .workshop import Limits

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_ESCAPED = re.compile("%(0[0-9A-F]|1[0-9A-F]|22|7F)")
FIELD = b"files"  # SKILL.md, upload: multipart `files`


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in. name: as the user calls it. path: where its bytes lie for now."""

    name: str
    path: Path


async def read_parts(content_type: str, body: AsyncIterator[bytes], folder: Path, limits: Limits) -> list[Incoming]:
    """Save each part named `files` below `folder`, in order. Raises Refusal 400, 4002."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise Refusal(BAD_REQUEST, "The upload's Content-Type names no boundary.")
    writer = _Writer(folder, limits)
    try:
        parser = MultipartParser(boundary, writer.callbacks())
        async for chunk in body:
            await to_thread.run_sync(parser.write, chunk)
    except MultipartParseError as exc:
        raise _unreadable() from exc
    finally:
        writer.close()
    if not writer.ended:
        raise _unreadable()
    if not writer.files:
        raise Refusal(BAD_REQUEST, "The upload holds no part named files.")
    return writer.files


class _Writer:
    """Takes the parser's callbacks. A part without a file name or of another field is read and dropped."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.files: list[Incoming] = []
        self.ended = False
        self._folder = folder
        self._limits = limits
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._target: IO[bytes] | None = None
        self._written = 0

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls, by its own names."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._open,
            "on_part_data": self._write,
            "on_part_end": self.close,
            "on_end": self._on_end,
        }

    def close(self) -> None:
        if self._target is not None:
            self._target.close()
            self._target = None

    def _begin(self) -> None:
        self._disposition = b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") != FIELD or b"filename" not in options:
            return
        if len(self.files) == self._limits.files_per_upload:
            raise Refusal(BAD_REQUEST, f"At most {self._limits.files_per_upload} files in one upload.")
        path = self._folder / str(len(self.files))
        self.files.append(Incoming(plain_name(_unescaped(options[b"filename"])), path))
        self._target = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._written = 0

    def _write(self, data: bytes, start: int, end: int) -> None:
        if self._target is None:
            return
        self._written += end - start
        if self._written > self._limits.file_bytes:
            raise too_large(self.files[-1].name, self._limits)
        self._target.write(data[start:end])

    def _on_end(self) -> None:
        self.ended = True


def _unreadable() -> Refusal:
    return Refusal(BAD_REQUEST, "The upload cannot be read: it is not a whole multipart body.")


def too_large(name: str, limits: Limits) -> Refusal:
    """The refusal for a file over the limit."""
    return Refusal(FILE_TOO_LARGE, f"{name} is larger than {limits.file_bytes / (1 << 20):,.0f} MB.")


def plain_name(name: str) -> str:
    """The last part of whatever a client calls a path, without control characters."""
    plain = "".join(char for char in re.split(r"[/\\]", name)[-1] if char.isprintable()).strip()
    return plain[-200:] or "file"


def _unescaped(name: bytes) -> str:
    """Forms percent-escape quotes and control characters of a file name, and nothing else of it.

    Source: the HTML standard, multipart/form-data encoding; httpx escapes every control character.
    """
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), name.decode("utf-8", "replace"))
