"""Who we are to a backend: the user's own token, or an anonymous one kept per backend and client id.

An anonymous client gets one token a week, so a token is kept until the backend refuses it, and shared by every process
of this machine. Nothing is read or written before it is needed; where nothing can be written, the token lives as long
as the process. No token ever appears in a repr.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .private_file import locked, read_private, write_private

_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,200}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8000}")


class TokenStore:
    """A JSON file of anonymous tokens: one for each "origin client-id"."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unsaved: dict[str, str] = {}

    def get(self, origin: str, client_id: str) -> str | None:
        key = f"{origin} {client_id}"
        return self._unsaved.get(key) or self._saved().get(key)

    def put(self, origin: str, client_id: str, token: str) -> None:
        """Keep a token, on disk where that is possible."""
        key = f"{origin} {client_id}"
        self._unsaved[key] = token
        with suppress(OSError):
            with locked(self._path):
                write_private(self._path, json.dumps(self._saved() | {key: token}, indent=1))
            del self._unsaved[key]

    def _saved(self) -> dict[str, str]:
        try:
            tokens = json.loads(read_private(self._path) or "{}")
        except (ValueError, RecursionError):
            return {}
        if not isinstance(tokens, dict):
            return {}
        return {key: token for key, token in tokens.items() if isinstance(token, str) and _TOKEN.fullmatch(token)}


class ClientIds:
    """The machine's anonymous client id, a UUID in a file of its own. preset: an id that was given to us instead."""

    def __init__(self, path: Path, preset: str | None = None) -> None:
        self._path = path
        self._known = preset if preset and _CLIENT_ID.fullmatch(preset) else None

    def peek(self) -> str | None:
        """The id, None when this machine has none yet."""
        kept = self._known or read_private(self._path).strip()
        return kept if _CLIENT_ID.fullmatch(kept) else None

    def get(self) -> str:
        """The id; made and kept on first need."""
        if self._known is None:
            self._known = self.peek()
        if self._known is None:
            try:
                with locked(self._path):
                    self._known = self.peek() or _new_id()
                    write_private(self._path, self._known)
            except OSError:
                self._known = self._known or _new_id()
        return self._known


@dataclass(slots=True, eq=False)
class Auth:
    """The token of one backend. origin: scheme, host and port it belongs to. given: the user's own token."""

    origin: str
    given: str | None = field(default=None, repr=False, kw_only=True)
    tokens: TokenStore = field(repr=False, kw_only=True)
    client_ids: ClientIds = field(repr=False, kw_only=True)

    def token(self) -> str | None:
        """What to sign requests with, None before the first sign-in."""
        if self.given:
            return self.given
        client_id = self.client_ids.peek()
        return self.tokens.get(self.origin, client_id) if client_id else None

    def keep(self, token: str) -> None:
        """Remember a new anonymous token."""
        self.tokens.put(self.origin, self.client_ids.get(), token)


def _new_id() -> str:
    import uuid  # noqa: PLC0415  # once in a machine's life

    return str(uuid.uuid4())
