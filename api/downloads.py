"""A finished film from an address to a file: redirects by hand, ours alone see our headers, whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .connection import httpx, is_loopback
from .errors import BackendError, BackendUnreachable, ProtocolError
from .exchange import Exchange, read_body
from .refusals import refused

_MAX_REDIRECTS = 5
_NOT_MEDIA = ("text/html", "application/json", "application/problem+json", "application/xml", "text/xml")


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file on this machine. media_type: as the server said, "" when it did not."""

    path: Path
    bytes: int
    media_type: str


async def fetch(
    exchange: Exchange, url: str, target: Path, on_bytes: Callable[[int, int], None] | None = None
) -> Downloaded:
    """Stream an address to `target` through a temporary name beside it.

    Raises ProtocolError for an address we do not go to and for an answer that is no film, OSError for the disk.
    """
    response = await _open(exchange, url)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        size = await _save(response, part, on_bytes)
        part.replace(target)
    except httpx.HTTPError as exc:
        raise BackendUnreachable(0, "download", f"the download broke off: {type(exc).__name__}") from exc
    finally:
        await response.aclose()
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Downloaded(target, size, response.headers.get("content-type", "").partition(";")[0].strip())


async def _open(exchange: Exchange, url: str) -> httpx.Response:
    """The answer that holds the film, still open."""
    base = exchange.http.base_url
    address = _resolve(base, url)
    for _ in range(_MAX_REDIRECTS + 1):
        ours = _origin(address) == _origin(base)
        if not ours:
            _check_foreign(address, base)
        here = address

        def build(here: httpx.URL = here, ours: bool = ours) -> httpx.Request:
            return exchange.http.build_request("GET", here, headers=exchange.headers("download") if ours else {})

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
    if response.is_redirect or (response.status_code == 200 and kind not in _NOT_MEDIA):
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


async def _save(response: httpx.Response, part: Path, on_bytes: Callable[[int, int], None] | None) -> int:
    """Bytes written, all of them on the disk."""
    total = response.headers.get("content-length", "")
    total_bytes = int(total) if total.isascii() and total.isdigit() else 0
    size = 0
    with part.open("xb") as file:
        async for chunk in response.aiter_bytes(256 * 1024):
            size += file.write(chunk)
            if on_bytes is not None:
                on_bytes(size, total_bytes)
        file.flush()
        os.fsync(file.fileno())
    if size == 0:
        raise ProtocolError(0, "download", "the film is empty")
    return size
