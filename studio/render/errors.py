"""What the renderer refuses, in sentences a user can act on."""

from __future__ import annotations


class RenderError(Exception):
    """The film cannot be made; the message says why and what to do."""


class RenderStopped(Exception):
    """The caller asked to stop; nothing was left behind."""


class UnsupportedMedia(Exception):
    """A file that no film can be made of. reason: one sentence for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
