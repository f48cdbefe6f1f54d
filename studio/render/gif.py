"""A film as an animated GIF: small, 256 colours of its own, no sound; for places that show nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from .compose import Composer
from .errors import RenderStopped
from .planes import Planes, to_rgb
from .timeline import Timeline

_LONGEST_PX, _MOST_FPS = 480, 12
_SAMPLED = 9  # frames the palette is chosen from


def write_gif(film: Timeline, out: Path, tell: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
    """Write the film, scaled to 480 px at 12 frames a second at most, looping. Raises RenderStopped."""
    step = max(1, -(-film.fps // _MOST_FPS))
    shown = range(0, film.frames, step)
    palette = _palette(film)

    def frames() -> Iterator[Image.Image]:
        for index, image in _images(film, shown):
            if stop():
                raise RenderStopped
            tell(index, film.frames)
            yield image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)

    # players count in hundredths of a second: each frame ends at the nearest one, so that the length stays true
    ends = [round(min(index + step, film.frames) * 100 / film.fps) * 10 for index in shown]
    lasts = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    drawn = frames()
    next(drawn).save(out, "GIF", save_all=True, append_images=drawn, duration=lasts, loop=0, optimize=False)
    tell(film.frames, film.frames)


def _images(film: Timeline, shown: range) -> Iterator[tuple[int, Image.Image]]:
    scale = min(1.0, _LONGEST_PX / max(film.width, film.height))
    size = (max(1, round(film.width * scale)), max(1, round(film.height * scale)))
    composer, frame = Composer(film), Planes.filled(film.width, film.height)
    for index in shown:
        composer.draw(index, frame)
        yield index, Image.fromarray(to_rgb(frame)).resize(size, Image.Resampling.BOX)


def _palette(film: Timeline) -> Image.Image:
    """256 colours that suit the whole film."""
    sampled = [image for _, image in _images(film, range(0, film.frames, -(-film.frames // _SAMPLED)))]
    strip = Image.new("RGB", (sampled[0].width * len(sampled), sampled[0].height))
    for place, image in enumerate(sampled):
        strip.paste(image, (place * image.width, 0))
    return strip.quantize(256, method=Image.Quantize.MEDIANCUT)
