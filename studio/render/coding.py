"""How a film is coded: plain values, which cost a caller no codec to load."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import RenderOptions
from .timeline import Timeline

# x264 preset and rate factor; "small" is for chats and mail
_QUALITY = {"high": ("veryfast", 19), "medium": ("veryfast", 23), "small": ("fast", 28)}


@dataclass(frozen=True, slots=True)
class Coding:
    """How pictures are coded. codec: "libx264" or "libvpx-vp9"."""

    codec: str
    width: int
    height: int
    fps: int
    options: tuple[tuple[str, str], ...]


def coding_of(film: Timeline, options: RenderOptions) -> Coding:
    """How a film is coded. high, medium, small are rate factors; preset and crf of the options win."""
    preset, crf = _QUALITY[options.quality]
    preset, crf = options.preset or preset, options.crf if options.crf is not None else crf
    if options.format == "webm":
        settings = {"crf": str(crf + 10), "b": "0", "deadline": "good", "cpu-used": "5"}
        # frames that are never shown would break the one-packet-a-frame count that parts are joined by
        settings |= {"lag-in-frames": "0", "auto-alt-ref": "0"}
        return Coding("libvpx-vp9", film.width, film.height, film.fps, tuple(sorted(settings.items())))
    settings = {"preset": preset, "crf": str(crf), "profile": "high"}
    # stitchable: headers that do not depend on the content, so all parts share one set
    settings |= {"x264-params": f"stitchable=1:keyint={film.fps * 5}:open-gop=0", "forced-idr": "1"}
    return Coding("libx264", film.width, film.height, film.fps, tuple(sorted(settings.items())))
