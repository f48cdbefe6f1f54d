"""What a token looks like, wherever one must be recognised: in a backend's words, in logs, in links, in documents.

Pieces of regular expressions, so that a pattern that looks for more than tokens holds them too.
Source: SKILL.md, "Automatic Setup" (nmv_<kind>_) and the page where a link is claimed (clm_); studio (skt_).
"""

from __future__ import annotations

import re

_REST = r"[\w-]+(?:[.~+/]+[\w-]+)*"

TOKEN_START = r"(?i:nmv_(?!clm_)[a-z0-9]+_|\bskt_)"
"""How a token that signs requests begins. No boundary before it: in an encoded address a letter may stand there."""

TOKEN = TOKEN_START + _REST
"""A token that signs requests: never shown to anybody."""

CLAIM = r"(?i:\b(?:nmv_)?clm_)" + _REST
"""A token that opens one project in a browser: the user's to see, but nothing for logs and quoted refusals."""


def holds_token(text: str) -> bool:
    """Whether a text holds what looks like a token that signs requests."""
    return re.search(TOKEN, text) is not None
