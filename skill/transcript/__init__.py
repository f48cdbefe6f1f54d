"""Chat turns written down: request, scripted backend, expected events. Names resolve on first use."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .compare import Difference, Mismatch
    from .coverage import Coverage, Row, coverage_lines, rows_of
    from .format import ENDING, Transcript, TranscriptError, Turn, load_transcript
    from .play import MemoryLog, Played, perform, play_transcript, replay, run_transcript
    from .record import Recording, record_turn
    from .schema import json_schema
    from .source import Source
    from .transport import ReplayTransport
    from .update import updated
    from .write import with_turn, written

_HOME = {
    name: module
    for module, names in {
        "compare": ("Difference", "Mismatch"),
        "coverage": ("Coverage", "Row", "coverage_lines", "rows_of"),
        "format": ("ENDING", "Transcript", "TranscriptError", "Turn", "load_transcript"),
        "play": ("MemoryLog", "Played", "perform", "play_transcript", "replay", "run_transcript"),
        "record": ("Recording", "record_turn"),
        "schema": ("json_schema",),
        "source": ("Source",),
        "transport": ("ReplayTransport",),
        "update": ("updated",),
        "write": ("with_turn", "written"),
    }.items()
    for name in names
}

__all__ = [
    "ENDING",
    "Coverage",
    "Difference",
    "MemoryLog",
    "Mismatch",
    "Played",
    "Recording",
    "ReplayTransport",
    "Row",
    "Source",
    "Transcript",
    "TranscriptError",
    "Turn",
    "coverage_lines",
    "json_schema",
    "load_transcript",
    "perform",
    "play_transcript",
    "record_turn",
    "replay",
    "rows_of",
    "run_transcript",
    "updated",
    "with_turn",
    "written",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
