"""Music made on this machine. Names resolve on first use, because numpy is heavy to load."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bed import beat_times, compose
    from .master import limit, loudness, master, stretches
    from .score import moods

_HOME = {
    "beat_times": "bed",
    "compose": "bed",
    "limit": "master",
    "loudness": "master",
    "master": "master",
    "moods": "score",
    "stretches": "master",
}

__all__ = ["beat_times", "compose", "limit", "loudness", "master", "moods", "stretches"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
