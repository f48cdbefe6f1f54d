"""Songs people name, which nobody but their owner can send."""

from __future__ import annotations

import re

from .clauses import Clause

_ELSEWHERE = """
    own mood music_only title caption text says credits position color clips every point voice told media beat range
"""
_NO_SONG = tuple(_ELSEWHERE.split())
_WORD = re.compile(r"[^\W\d_]+")


def named_song(clause: Clause) -> str:
    """The song a clause names: use Despacito, 用《晴天》做背景音乐; "" where the music has no name."""
    if not clause.has("music") or clause.has(*_NO_SONG) or clause.does("remove", "negate", "dont"):
        return ""
    quoted = next((tag.text("quote") for tag in clause.tags if "quote" in tag), "")
    unknown = {tag.text("word") for tag in clause.tags if "word" in tag}
    proper = [word for word in _WORD.findall(clause.said)[1:] if word[0].isupper() and word.casefold() in unknown]
    return quoted or " ".join(proper)
