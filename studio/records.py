"""What the store hands out: plain values, true at the moment they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .model import Media


class VersionConflict(Exception):
    """Another message of this session was committed since the draft was read."""


@dataclass(frozen=True, slots=True)
class Session:
    """One project of one client."""

    id: str
    task_id: str
    client: str
    language: str
    version: int
    memory: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A media with its size and its file below the store's media folder."""

    media: Media
    bytes: int
    file: str


@dataclass(frozen=True, slots=True)
class Desk:
    """All a message is answered from, read in one go. draft, history: JSON text, history oldest first."""

    session: Session
    draft: str | None
    revision: int
    history: tuple[str, ...]
    media: tuple[StoredMedia, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its committed reply. revision: of the draft after it."""

    id: str
    request: str
    reply: str
    edits: tuple[str, ...]
    revision: int
