"""Which call of the backend a request is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from .format import CALLS, Call

if TYPE_CHECKING:
    from api import Endpoints

_METHODS = {"balance": "GET", "state": "GET", "render_status": "GET", "download": "GET"}
_FILENAME = re.compile(rb'Content-Disposition: form-data; name="files"; filename="([^"\r\n]*)"', re.I)


@dataclass(slots=True)
class Switchboard:
    """Knows a backend's calls by their paths. origin: where our own API lives; another host is a film's address."""

    endpoints: Endpoints
    origin: str
    _patterns: dict[Call, re.Pattern[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._patterns = {name: _pattern(getattr(self.endpoints, name)) for name in CALLS}

    def is_ours(self, request: httpx.Request) -> bool:
        """Whether it goes to the API's own host."""
        return request.url.host == httpx.URL(self.origin).host

    def call(self, request: httpx.Request) -> Call | None:
        """None for a request that is no call we know."""
        if not self.is_ours(request):
            return "download"
        for name, pattern in self._patterns.items():
            if request.method == _METHODS.get(name, "POST") and pattern.fullmatch(request.url.path):
                return name
        return "download" if request.method == "GET" else None  # a film may lie anywhere on the backend's own host


def sent_file(body: bytes) -> str | None:
    """The name of the file that a multipart upload carries."""
    found = _FILENAME.search(body[:4096])
    return found[1].decode("utf-8", "replace") if found else None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"<[^>]*>", path)))
