"""How a film is coded: plain values, which cost a caller no codec to load."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import RenderOptions
from .timeline import Timeline

# x264 preset and rate factor; "small" is for chats and mail
_QUALITY = {"high": ("veryfast", 20), "medium": ("veryfast", 24), "small": ("fast", 28)}
# Photos under a slow camera have no cuts inside a part, no light that changes, no blocks that go another way than their
# neighbours, and look a moment later as they do now: searching takes a third of x264's time and finds nothing. Some of
# what that saves is spent on fine detail, which a smaller dead zone, a weaker filter and less evening out between flat
# and busy places keep
_UNDER_A_CAMERA = {
    "veryfast": "rc-lookahead=5:weightp=0:b-adapt=0:scenecut=0:partitions=i4x4,i8x8"
    ":aq-strength=0.7:deblock=-1,-1:deadzone-inter=14:deadzone-intra=8"
}


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
    params = [f"stitchable=1:keyint={film.fps * 5}:open-gop=0"]
    if preset in _UNDER_A_CAMERA and all(shot.kind != "video" for shot in film.shots):
        params.append(_UNDER_A_CAMERA[preset])
    settings |= {"x264-params": ":".join(params), "forced-idr": "1"}
    return Coding("libx264", film.width, film.height, film.fps, tuple(sorted(settings.items())))
