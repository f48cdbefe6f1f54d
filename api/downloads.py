"""A finished film from an address to a file: redirects by hand, ours alone see our headers, whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .clock import Clock
from .connection import httpx, is_loopback
from .errors import BackendError, BackendUnreachable, ProtocolError
from .exchange import Exchange, read_body
from .refusals import refused

OnBytes = Callable[[int, int], None]

_MAX_REDIRECTS = 5
_NOT_MEDIA = ("text/html", "application/json", "application/problem+json", "application/xml", "text/xml")
_PAUSES_S = (0.5, 2, 8)
"""Before each attempt to go on where a body broke off."""
_LIMIT_S = 3600
"""For one film in all."""
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_NO_FILM = re.compile(rb"\s*[<{\[]|%PDF|PK\x03\x04|\xff\xd8\xff|\x89PNG|\x1f\x8b")
_FILM = re.compile(rb"....(?:ftyp|moov|mdat|wide|free|skip)|\x1a\x45\xdf\xa3|GIF8|RIFF....(?:AVI |WEBP)", re.S)
_BOXED = re.compile(rb"....(?:ftyp|moov|mdat|wide|free|skip)", re.S)
_SHORT_BYTES = 1024
"""What is shorter is too short to be judged by its beginning."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file on this machine. media_type: as the server said, "" when it did not."""

    path: Path
    bytes: int
    media_type: str


async def fetch(
    exchange: Exchange, clock: Clock, url: str, target: Path, on_bytes: OnBytes | None = None
) -> Downloaded:
    """Stream an address to `target` through a temporary name beside it; a body that breaks off is gone on with.

    Raises ProtocolError for an address we do not go to and for an answer that is no film, OSError for the disk.
    """
    _sweep(target)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            saving = _Saving(exchange, url, file, on_bytes)
            with clock.move_on_after(_LIMIT_S) as limit:
                await saving.run(clock)
        if limit.cancelled_caught:
            raise BackendUnreachable(0, "download", f"not whole within {_LIMIT_S} s")
        _check_film(part, saving.size)
        if not saving.length_told and _breaks_off(part, saving.size):
            raise BackendUnreachable(0, "download", "the film breaks off")
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Downloaded(target, saving.size, saving.media_type)


def _sweep(target: Path) -> None:
    """Remove what a process that was killed left of the same download."""
    with suppress(OSError):
        for left in target.parent.glob(f".{target.name}.*.part"):
            left.unlink(missing_ok=True)


def _check_film(part: Path, size: int) -> None:
    with part.open("rb") as file:
        head = file.read(64)
    if not head:
        raise ProtocolError(0, "download", "the film is empty")
    if _NO_FILM.match(head) or (size >= _SHORT_BYTES and not _FILM.match(head)):
        raise ProtocolError(0, "download", "what came is no film")


def _breaks_off(part: Path, size: int) -> bool:
    """Whether an MP4 or MOV lacks its end, or its index: each of its boxes says how long it is (ISO 14496-12, 4.2)."""
    at, indexed = 0, False
    with part.open("rb") as file:
        if not _BOXED.match(file.read(12)):
            return False
        while at < size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            indexed = indexed or head[4:8] == b"moov"
            if length == 0:  # up to the end, wherever that is
                break
            at += max(length, 8)
    return at > size or not indexed


class _Saving:
    """One body on its way to an open file, in as many answers as it takes. size: bytes that are in the file."""

    def __init__(self, exchange: Exchange, url: str, file: BinaryIO, on_bytes: OnBytes | None) -> None:
        self.size = 0
        self.media_type = ""
        self._exchange = exchange
        self._url = url
        self._file = file
        self._on_bytes = on_bytes
        self._total = 0
        self._mark = ""  # what the server calls this very content; "" = it cannot be gone on with

    @property
    def length_told(self) -> bool:
        """Whether the server said how long the film is, so that one that lacks its end was noticed."""
        return self._total > 0

    async def run(self, clock: Clock) -> None:
        for pause_s in (*_PAUSES_S, None):
            try:
                await self._attempt()
                break
            except httpx.HTTPError as exc:
                if pause_s is None or not self._mark:
                    detail = f"the download broke off: {type(exc).__name__}"
                    raise BackendUnreachable(0, "download", detail) from exc
            except BackendUnreachable:
                if pause_s is None or not (self.size and self._mark):
                    raise
            await clock.sleep(pause_s)
        self._file.flush()
        os.fsync(self._file.fileno())

    async def _attempt(self) -> None:
        headers = {"Accept-Encoding": "identity"}
        if self.size:
            headers |= {"Range": f"bytes={self.size}-", "If-Range": self._mark}
        response = await _open(self._exchange, self._url, headers)
        try:
            self._begin(response)
            async for chunk in response.aiter_bytes(256 * 1024):
                self.size += self._file.write(chunk)
                if self._on_bytes is not None:
                    self._on_bytes(self.size, self._total)
        finally:
            await response.aclose()
        if self._total and self.size != self._total:
            raise httpx.RemoteProtocolError(f"{self.size} of {self._total} bytes")

    def _begin(self, response: httpx.Response) -> None:
        """Go on where the file ends, or from its beginning when that is what the server sends."""
        headers = response.headers
        where = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        if response.status_code == 206:
            if where is None or int(where[1]) != self.size:
                raise ProtocolError(0, "download", "another part than the one that was asked for")
            self._total = int(where[3]) if where[3] != "*" else self._total
            return
        self._file.seek(0)
        self._file.truncate()
        self.size = 0
        plain = "content-encoding" not in headers
        self._total = _number(headers.get("content-length", "")) if plain else 0
        self._mark = _mark(headers) if plain else ""
        self.media_type = headers.get("content-type", "").partition(";")[0].strip()


def _mark(headers: httpx.Headers) -> str:
    """A strong ETag, else the date of the last change, where the server gives parts at all (RFC 9110, 13.1.5)."""
    if headers.get("accept-ranges", "").strip().lower() == "none":
        return ""
    etag: str = headers.get("etag", "")
    return etag if etag.startswith('"') else headers.get("last-modified", "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


async def _open(exchange: Exchange, url: str, headers: dict[str, str]) -> httpx.Response:
    """The answer that holds the film, still open."""
    base = exchange.http.base_url
    address = _resolve(base, url)
    for _ in range(_MAX_REDIRECTS + 1):
        ours = _origin(address) == _origin(base)
        if not ours:
            _check_foreign(address, base)
        here = address

        def build(here: httpx.URL = here, ours: bool = ours) -> httpx.Request:
            own = {name.encode(): value.encode() for name, value in headers.items()}
            signed = exchange.headers("download") if ours else {}
            return exchange.http.build_request("GET", here, headers=own | signed)

        response = await exchange.ask("download", build, _take if ours else _take_foreign)
        if not response.is_redirect:
            return response
        await response.aclose()
        address = _resolve(here, response.headers["location"])
        if here.scheme == "https" and address.scheme != "https":
            raise ProtocolError(0, "download", "redirected from https to something less safe")
    raise ProtocolError(0, "download", "redirected too often")


async def _take_foreign(response: httpx.Response) -> httpx.Response:
    """Another host's refusal says nothing about our token, session or plan."""
    try:
        return await _take(response)
    except BackendError as error:
        raise ProtocolError(error.code, "download", error.detail) from error


async def _take(response: httpx.Response) -> httpx.Response:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.is_redirect or (response.status_code in (200, 206) and kind not in _NOT_MEDIA):
        return response
    raise refused("download", response.status_code, await read_body(response, 2**20))


def _resolve(base: httpx.URL, url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
        if not address.scheme or address.host:
            return base.join(address)
    except httpx.InvalidURL as exc:
        raise ProtocolError(0, "download", "the film's address is not a web address") from exc
    raise ProtocolError(0, "download", "the film's address names no host")


def _check_foreign(address: httpx.URL, base: httpx.URL) -> None:
    """Off this machine only https, and no server may send us to this machine's own ports."""
    if address.scheme not in ("http", "https") or not address.host:
        raise ProtocolError(0, "download", f"a film cannot come from a {address.scheme or 'relative'} address")
    if is_loopback(address.host) != is_loopback(base.host) and is_loopback(address.host):
        raise ProtocolError(0, "download", "the film's address points to this machine")
    if address.scheme == "http" and not is_loopback(address.host):
        raise ProtocolError(0, "download", "the film's address is not https")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)
