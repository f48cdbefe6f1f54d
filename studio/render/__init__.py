"""Draft to film. Names resolve on first use, because codecs and pixels are heavy to load."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assemble import draft_of
    from .cluster import scheduler
    from .errors import RenderError, RenderStopped, UnsupportedMedia
    from .film import render_film
    from .glance import contact_sheet, quick_film, sheet_bytes
    from .sniff import probe
    from .still import render_still

_HOME = {
    "RenderError": "errors",
    "RenderStopped": "errors",
    "UnsupportedMedia": "errors",
    "contact_sheet": "glance",
    "draft_of": "assemble",
    "probe": "sniff",
    "quick_film": "glance",
    "render_film": "film",
    "render_still": "still",
    "scheduler": "cluster",
    "sheet_bytes": "glance",
}

__all__ = [
    "RenderError",
    "RenderStopped",
    "UnsupportedMedia",
    "contact_sheet",
    "draft_of",
    "probe",
    "quick_film",
    "render_film",
    "render_still",
    "scheduler",
    "sheet_bytes",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
