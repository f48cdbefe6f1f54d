"""Media from an address: only http(s), only public hosts, bounded in size and time.

Every hop is resolved once, checked, and then connected to by the very address that was checked, so that a name
cannot point elsewhere between the check and the request.
"""

from __future__ import annotations

import os
import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import anyio
import httpx

from .parts import too_large
from .refusals import BAD_REQUEST, Refusal

if TYPE_CHECKING:
    from api import Clock

    from .workshop import Limits

_HOPS = 5
_NAT64 = IPv6Network("64:ff9b::/96")  # embeds an IPv4 address, which may be a private one
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TYPES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
}


async def fetch_media(address: str, path: Path, limits: Limits, clock: Clock) -> str:
    """Save what an address serves to `path`; returns the name to call it by. Raises Refusal 400, 4002."""
    name: str | None = None
    with clock.move_on_after(limits.fetch_s):
        try:
            name = await _follow(address, path, limits)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise Refusal(BAD_REQUEST, f"{_shown(address)} could not be fetched ({type(exc).__name__}).") from exc
    if name is None:
        raise Refusal(BAD_REQUEST, f"{_shown(address)} took longer than {limits.fetch_s:g} s.")
    return name


async def _follow(address: str, path: Path, limits: Limits) -> str:
    url = httpx.URL(address)
    async with httpx.AsyncClient(
        trust_env=False, timeout=20, follow_redirects=False, headers={"Accept": "*/*"}
    ) as client:
        for _ in range(_HOPS):
            pinned = await _pinned(url, private=limits.private_urls)
            async with client.stream(
                "GET", pinned, headers={"Host": _host(url)}, extensions={"sni_hostname": url.raw_host.decode("ascii")}
            ) as response:
                if response.has_redirect_location:
                    url = url.join(response.headers["location"])
                    continue
                if response.status_code != 200:
                    raise Refusal(BAD_REQUEST, f"{_shown(address)} answered {response.status_code}.")
                await _save(response, path, limits, _shown(address))
                return _name(url, response.headers.get("content-type", ""))
    raise Refusal(BAD_REQUEST, f"{_shown(address)} redirects too often.")


async def _pinned(url: httpx.URL, *, private: bool) -> httpx.URL:
    """The same address with its host resolved and checked."""
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > 65535:
        raise Refusal(BAD_REQUEST, f"{_shown(str(url))} is not an http or https address.")
    try:
        found = await anyio.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:  # UnicodeError: no name that could be looked up
        raise Refusal(BAD_REQUEST, f"The host {url.host} was not found.") from exc
    addresses = [ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found]
    if not addresses or not (private or all(map(is_public, addresses))):
        raise Refusal(BAD_REQUEST, f"{url.host} is not a public host; only public addresses are fetched.")
    return url.copy_with(host=str(addresses[0]))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is out on the internet, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[-1]
        if inner is not None:
            return is_public(inner)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not address.is_multicast


async def _save(response: httpx.Response, path: Path, limits: Limits, shown: str) -> None:
    received = 0
    async with await anyio.open_file(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        async for chunk in response.aiter_bytes():
            received += len(chunk)
            if received > limits.file_bytes:
                raise too_large(shown, limits)
            await target.write(chunk)


def _host(url: httpx.URL) -> str:
    return url.netloc.decode("ascii")


def _name(url: httpx.URL, content_type: str) -> str:
    """The last part of the path, with an extension from the content type where it has none."""
    name = unquote(url.path.rpartition("/")[2]) or url.host
    if "." in name.rpartition("/")[2][1:]:
        return name
    return name + _TYPES.get(content_type.partition(";")[0].strip().lower(), "")


def _shown(address: str) -> str:
    """An address without what may be a secret in it: a query, a user's name and password."""
    return re.sub(r"//[^/]*@", "//", re.split(r"[?#]", address)[0])[:200]
