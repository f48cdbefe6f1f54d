"""From an answer's bytes to its JSON object, or to the BackendError it means.

One refusal may come as a body `code` with HTTP 200, as the HTTP status, as FastAPI's `detail` (string or list) or as a
proxy's HTML. Errors of one meaning get one number: 401 is 1001, a session that 404 does not find is 1002,
413 and 415 on an upload are 4002 and 4001. Source: SKILL.md, "Error Handling".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .errors import (
    BackendError,
    BackendUnreachable,
    ClientIdMissing,
    ExportBlocked,
    FileRefused,
    NoCredits,
    ProtocolError,
    RateLimited,
    SessionLost,
    TokenExpired,
)
from .tokens import CLAIM, TOKEN

_KINDS: dict[int, type[BackendError]] = {
    1001: TokenExpired,
    1002: SessionLost,
    2001: NoCredits,
    4001: FileRefused,
    4002: FileRefused,
    402: ExportBlocked,
    429: RateLimited,
}
_ON_UPLOAD = {413: 4002, 415: 4001}
_GATEWAY = frozenset({502, 503, 504})
_NO_SESSION = re.compile(r"session\b.{0,40}\bnot found|no such session|unknown session", re.I | re.S)
_SECRET = re.compile(rf"(?i:bearer)\s+\S+|{TOKEN}|{CLAIM}")
_WORDS_KEYS = ("detail", "message", "msg", "error", "errorMessage", "error_message")
_SUCCESS = frozenset({0, 200})


def read_answer(endpoint: str, status: int, body: bytes) -> dict[str, Any]:
    """The JSON object of a success. Raises the BackendError that the answer means."""
    answer = _parse(body)
    error = refusal(endpoint, status, answer, body)
    if error is not None:
        raise error
    if not isinstance(answer, dict):
        raise ProtocolError(0, endpoint, scrub(f"not a JSON object: {_plain(body)}")[:300])
    return answer


def refused(endpoint: str, status: int, body: bytes) -> BackendError:
    """The error behind an answer that should have been a stream or a file, and is not."""
    error = refusal(endpoint, status, _parse(body), body)
    return error or ProtocolError(0, endpoint, scrub(f"not what was asked for: {_plain(body)}")[:300])


def refusal(endpoint: str, status: int, answer: object, body: bytes = b"") -> BackendError | None:
    """What an answer refuses, None when it grants."""
    code, words = status, ""
    granted = 200 <= status < 300
    if isinstance(answer, Mapping):
        words = _words(answer)
        own = _code(answer.get("code"))
        if own is not None and own not in _SUCCESS:
            code, granted = own, False
        elif granted and ("detail" in answer or answer.get("success") is False) and answer.get("data") is None:
            code, granted = 0, False
    if granted:
        return None
    return named(code, endpoint, words or _plain(body))


def named(code: int, endpoint: str, detail: str) -> BackendError:
    """The error class of a code on an endpoint."""
    detail = scrub(detail)[:300]
    if code == 401:
        code = 1001
    elif endpoint == "upload":
        code = _ON_UPLOAD.get(code, code)
    if code in (0, 404) and _NO_SESSION.search(detail):
        code = 1002
    if code == 400 and endpoint == "anonymous_token":
        return ClientIdMissing(code, endpoint, detail)
    if code in _GATEWAY or (endpoint == "send" and 500 <= code < 600):
        # a proxy spoke in the backend's place, or it failed half-way: a message may have taken effect
        return BackendUnreachable(code, endpoint, detail)
    return _KINDS.get(code, BackendError)(code, endpoint, detail)


def scrub(text: str, *secrets: str | None) -> str:
    """Text without control characters and without anything that looks like, or is, a token."""
    for secret in secrets:
        if secret and len(secret) >= 4:  # anything shorter is in ordinary words as well
            text = text.replace(secret, "…")
    return " ".join("".join(c if c.isprintable() else " " for c in _SECRET.sub("…", text)).split())


def _parse(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _code(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,6}", value) else None


def _words(answer: Mapping[str, Any]) -> str:
    for key in _WORDS_KEYS:
        value = answer.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, Mapping) and (inner := _words(value)):
            return inner
        if isinstance(value, list):
            return "; ".join(_complaint(item) for item in value[:5])
    return ""


def _complaint(item: object) -> str:
    """One entry of FastAPI's list: where and what."""
    if not isinstance(item, Mapping):
        return str(item)
    place = item.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, list) else ""
    return f"{where} {item.get('msg') or item.get('type') or ''}".strip()


def _plain(body: bytes) -> str:
    """The readable start of an unexpected body; of HTML the title, or the text between the tags."""
    text = body[:4096].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)</title", text, re.I | re.S)
    return (
        title.group(1)
        if title
        else re.sub(r"<(style|script)\b.*?</\1\b[^>]*>|<[^>]*>", " ", text, flags=re.I | re.S)[:200]
    )
