"""Clauses into typed edits: one reader per topic, none knows a word of any language."""

from .gone import read_gone
from .order import missing, read_new_photos, read_order
from .picture import read_fades, read_look, read_loop, read_motion, read_transitions
from .sound import read_beats, read_clip_sound, read_sound
from .time import read_clip_times, read_length, read_pace, read_shape, read_trim, shape
from .voice import read_voice
from .words_on_screen import read_texts

READERS = (
    read_gone,
    read_texts,
    read_clip_sound,
    read_voice,
    read_sound,
    read_beats,
    read_transitions,
    read_fades,
    read_new_photos,
    read_order,
    read_motion,
    read_look,
    read_loop,
    read_trim,
    read_clip_times,
    read_shape,
    read_pace,
    read_length,
)
"""In this order, because a duration or a percentage belongs to the first topic that claims it."""

__all__ = ["READERS", "missing", "shape"]
