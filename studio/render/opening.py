"""A picture file opened, not yet decoded: any format that Pillow knows, and HEIC."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

MAX_PIXELS = 178_956_970  # where Pillow, too, suspects a decompression bomb; 178 megapixels


def open_image(path: Path) -> Image.Image:
    """Pillow's lazily decoded image, HEIC included. Raises OSError (UnidentifiedImageError among them) and
    Image.DecompressionBombError, which is about the header's size alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # below our own limit
        try:
            return Image.open(path)
        except UnidentifiedImageError:
            if _knows_heif():
                raise
            return open_image(path)


def _knows_heif() -> bool:
    """Whether Pillow had been taught HEIC before; it is now."""
    if "HEIF" in Image.OPEN:
        return True
    import pillow_heif  # noqa: PLC0415  # loaded with the first file that no other format claims

    pillow_heif.register_heif_opener()
    return False
