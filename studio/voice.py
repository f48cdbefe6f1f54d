"""Reads a voice-over aloud, offline. The extra `voice` brings the reader; without it the studio says so."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from hibari import Hibari
    from numpy.typing import NDArray

SPOKEN_RATE = 24_000
_LANGUAGES = ("en",)  # what hibari reads, in one American voice inside its wheel
_SEED = 7  # of the noise in breaths and s: the same words always sound the same


def spoken_languages() -> tuple[str, ...]:
    """Primary tags of the languages that a voice of this machine reads."""
    return _LANGUAGES if find_spec("hibari") else ()


def speak(text: str) -> NDArray[np.float32]:
    """The text as mono samples (n,) in -1..1 at SPOKEN_RATE; n is 0 where nothing can be pronounced.

    Only where `spoken_languages()` has the text's language.
    """
    samples: NDArray[np.float32] = _reader()(text, seed=_SEED)
    return samples


@cache
def _reader() -> Hibari:
    from hibari import Hibari  # noqa: PLC0415 - an extra, half a second to load

    return Hibari()
