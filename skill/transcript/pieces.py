"""Secrets hidden in bytes that came in pieces, cut anywhere, even within a character; the borders stay."""

from __future__ import annotations

from collections.abc import Sequence

from .disguise import Disguise


def hidden_pieces(hidden: Disguise, pieces: Sequence[bytes]) -> list[bytes]:
    """Stand-ins within a text that was cut into pieces anywhere, even within a character."""
    whole = b"".join(pieces)
    try:
        text = whole.decode()
    except UnicodeDecodeError:
        return [hidden.hide(piece.decode("utf-8", "replace")).encode() for piece in pieces]
    # characters belong to the piece in which they begin, until the borders are put back
    starts, size = [], 0
    for piece in pieces:
        size += len(piece)
        starts.append(size)
    borders = [len(whole[:end].decode("utf-8", "ignore")) for end in starts]
    split = [starts[at] - len(text[:border].encode()) for at, border in enumerate(borders)]
    parts = hidden.hide_pieces([text[a:b] for a, b in zip([0, *borders], borders, strict=False)])
    return _with_split_characters([part.encode() for part in parts], split)


def _with_split_characters(parts: list[bytes], split: Sequence[int]) -> list[bytes]:
    """Give each piece back the first bytes of the character it ended in."""
    for at in reversed(range(len(parts) - 1)):
        if split[at]:
            parts[at] += parts[at + 1][: split[at]]
            parts[at + 1] = parts[at + 1][split[at] :]
    return parts
