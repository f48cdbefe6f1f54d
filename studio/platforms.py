"""Places films are shown at, each with its frame and its limit. Everything known about them is data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "compiled" / "platforms.json"


@dataclass(frozen=True, slots=True)
class Platform:
    """width, height: px of the frame. most_ms: the longest film the place takes; 0 = no limit worth a word.

    names: by language, English always. said: language -> wordings, separated by |. loose: a place with several frames,
    which gives way to any word for a frame.
    """

    key: str
    width: int
    height: int
    most_ms: int
    names: Mapping[str, str]
    said: Mapping[str, str]
    loose: bool

    def name(self, language: str) -> str:
        """What readers of a language call it."""
        return self.names.get(language, self.names["en"])


@lru_cache(maxsize=1)
def platforms() -> Mapping[str, Platform]:
    """All places by key."""
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    return {
        key: Platform(
            key,
            width=entry["size"][0],
            height=entry["size"][1],
            most_ms=entry.get("most_s", 0) * 1000,
            names=entry["name"],
            said=entry["said"],
            loose=bool(entry.get("loose")),
        )
        for key, entry in data.items()
    }


def platform_wordings(language: str) -> Iterator[tuple[str, str, str]]:
    """(concept, key, wordings) of every place, as the agent's lexicons have them."""
    for key, place in platforms().items():
        if language in place.said:
            yield "platform_loose" if place.loose else "platform", key, place.said[language]


def platform_size(name: str) -> tuple[int, int] | None:
    """The frame of a place by its key or its name: tiktok, "YouTube Shorts"; None when nobody here knows it."""
    wanted = name.strip().casefold()
    for place in platforms().values():
        if wanted in (place.key, place.key.replace("_", " "), *(known.casefold() for known in place.names.values())):
            return place.width, place.height
    return None
