"""What leaves this machine: a file that counts what was read of it, and addresses a backend may fetch."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote

from .connection import httpx


class CountedFile(io.FileIO):
    """A file, opened for reading, that tells how far it was read: on_bytes(sent, total)."""

    def __init__(self, path: Path, on_bytes: Callable[[int, int], None] | None = None) -> None:
        super().__init__(path)
        self._on_bytes = on_bytes
        self._total = path.stat().st_size

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(-1 if size is None else size) or b""
        if chunk and self._on_bytes is not None:
            self._on_bytes(min(self.tell(), self._total), self._total)
        return chunk


def web_addresses(urls: Sequence[str]) -> tuple[str, ...]:
    """The file names at the ends of the addresses. Raises ValueError for one that is not http(s)."""
    names = []
    for url in urls:
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL as exc:
            raise ValueError(f"not a web address: {url}") from exc
        if address.scheme not in ("http", "https") or not address.host:
            raise ValueError(f"only http and https addresses can be fetched: {url}")
        names.append(unquote(address.path).rsplit("/", 1)[-1] or address.host)
    return tuple(names)
