"""A photo file, decoded once and upright: either a JPEG's own planes or sRGB pixels, ready to be cut and scaled.

Plain JPEGs take the short way (FFmpeg's mjpeg decoder straight to planes); everything else goes through Pillow:
colour profiles, CMYK, 16 bits, alpha, animations' first frame, HEIC.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from .errors import RenderError
from .opening import open_image
from .planes import Plane, Planes, from_jfif, from_rgb

_ORIENTATION = 0x0112
_PLANAR = ("yuvj420p", "yuvj422p", "yuvj440p", "yuvj444p")
_TURNS = {
    2: (None, 1),
    3: (cv2.ROTATE_180, None),
    4: (None, 0),
    5: (cv2.ROTATE_90_CLOCKWISE, 1),
    6: (cv2.ROTATE_90_CLOCKWISE, None),
    7: (cv2.ROTATE_90_COUNTERCLOCKWISE, 1),
    8: (cv2.ROTATE_90_COUNTERCLOCKWISE, None),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded photo. planes: a JPEG's full-range planes, chroma of any subsampling; else rgb holds the pixels."""

    width: int
    height: int
    planes: tuple[Plane, Plane, Plane] | None = None
    rgb: NDArray[np.uint8] | None = None

    def cut(self, box: tuple[float, float, float, float], size: tuple[int, int]) -> Planes:
        """The rectangle (left, top, right, bottom) px of the photo, scaled to an even size, as film planes."""
        if self.planes is not None:
            half = (size[0] // 2, size[1] // 2)
            y, cb, cr = (
                self._resized(plane, box, target) for plane, target in zip(self.planes, (size, half, half), strict=True)
            )
            return from_jfif(y, cb, cr)
        if self.rgb is None:
            raise ValueError("a picture holds planes or pixels")
        return from_rgb(self._resized(self.rgb, box, size))

    def small(self, longest: int) -> tuple[Plane, Plane, Plane]:
        """A small copy as luma and two chroma planes, all of one size, for looking at what is in the photo."""
        scale = min(1.0, longest / max(self.width, self.height))
        size = (max(8, round(self.width * scale)), max(8, round(self.height * scale)))
        if self.planes is not None:
            y, cb, cr = (np.asarray(_thumbnail(plane, size)) for plane in self.planes)
        elif self.rgb is not None:
            pixels = _thumbnail(self.rgb, size)
            y, cr, cb = (np.asarray(plane, np.uint8) for plane in cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)))
        else:
            raise ValueError("a picture holds planes or pixels")
        return y.astype(np.uint8), cb.astype(np.uint8), cr.astype(np.uint8)

    def _resized(
        self, plane: NDArray[np.uint8], box: tuple[float, float, float, float], size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        kx, ky = plane.shape[1] / self.width, plane.shape[0] / self.height
        left, top, right, bottom = round(box[0] * kx), round(box[1] * ky), round(box[2] * kx), round(box[3] * ky)
        cut: NDArray[np.uint8] = plane[top : max(bottom, top + 1), left : max(right, left + 1)]
        if (cut.shape[1], cut.shape[0]) == size:
            return np.ascontiguousarray(cut)
        # whole halvings first, then a cubic: a touch sharper than an average of areas, which a bilinear warp undoes,
        # and four times as fast
        while cut.shape[1] >= 2 * size[0] and cut.shape[0] >= 2 * size[1]:
            half = (cut.shape[1] // 2, cut.shape[0] // 2)
            even = cut[: half[1] * 2, : half[0] * 2]
            cut = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _thumbnail(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A much smaller copy, good enough for looking; averaging every pixel of a large photo takes five times as long."""
    between = (size[0] * 4, size[1] * 4)
    if between[0] < pixels.shape[1] and between[1] < pixels.shape[0]:
        pixels = np.asarray(cv2.resize(pixels, between, interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def load_picture(path: Path, *, enough: int) -> Picture:
    """Decode one photo, upright.

    enough: px of the longer side beyond which detail is lost on this film; larger JPEGs are decoded reduced.
    Raises RenderError when the file cannot be decoded.
    """
    try:
        with open_image(path) as image:
            reduced = max(image.size) >= 2 * enough
            if _plain_jpeg(image) and not reduced:
                planes = _jpeg_planes(path.read_bytes(), image.getexif().get(_ORIENTATION, 1))
                if planes is not None:
                    height, width = planes[0].shape
                    return Picture(int(width), int(height), planes=planes)
            if image.format == "JPEG":
                image.draft(None, (enough, enough))
            rgb = np.asarray(upright_rgb(image), np.uint8)
            return Picture(int(rgb.shape[1]), int(rgb.shape[0]), rgb=rgb)
    except (OSError, Image.DecompressionBombError, SyntaxError, ValueError) as exc:
        raise RenderError(f"The photo {path.name} cannot be read ({exc}). Remove it or send it again.") from exc


def upright_rgb(image: Image.Image) -> Image.Image:
    """sRGB, 8 bits, no alpha (laid on white), turned as its EXIF orientation asks."""
    if getattr(image, "is_animated", False):
        image.seek(0)
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I") or turned.mode == "F":
        # 16-bit greys: Pillow's own conversion would clip them to white
        grey = np.asarray(turned, np.float32)
        top = 65535.0 if turned.mode != "F" or grey.max(initial=0) > 1.0 else 1.0
        return Image.fromarray(np.clip(grey * (255 / top), 0, 255).astype(np.uint8)).convert("RGB")
    profile = turned.info.get("icc_profile")
    if turned.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in turned.info:
        rgba = turned.convert("RGBA")
        turned = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        turned.alpha_composite(rgba)
        turned = turned.convert("RGB")
    if profile and turned.mode in ("RGB", "CMYK", "L") and not _is_srgb(profile):
        converted = _to_srgb(turned, profile)
        if converted is not None:
            return converted
    return turned.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    """None for a profile that is broken or belongs to another kind of pixel: the colours are taken as they are."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _is_srgb(profile: bytes) -> bool:
    """Whether a profile calls itself sRGB, in 8-bit or in UTF-16 text."""
    head = profile[:4096]
    return b"sRGB" in head or "sRGB".encode("utf-16-be") in head


def _plain_jpeg(image: Image.Image) -> bool:
    profile = image.info.get("icc_profile")
    return image.format == "JPEG" and image.mode == "RGB" and (not profile or _is_srgb(profile))


def _jpeg_planes(data: bytes, orientation: int) -> tuple[Plane, Plane, Plane] | None:
    """A JPEG's own planes, turned upright; None where FFmpeg's decoder does not yield them (Adobe RGB, damage)."""
    try:
        decoder = av.CodecContext.create("mjpeg", "r")
        frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    except av.FFmpegError:
        return None
    if not frames or frames[0].format.name not in _PLANAR:
        return None
    frame = frames[0]
    planes = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        planes.append(_turned(rows[: plane.height, : plane.width], orientation))
    return planes[0], planes[1], planes[2]


def _turned(plane: Plane, orientation: int) -> Plane:
    rotation, flip = _TURNS.get(orientation, (None, None))
    turned: NDArray[np.uint8] = plane if rotation is None else np.asarray(cv2.rotate(plane, rotation), np.uint8)
    return turned if flip is None else np.asarray(cv2.flip(turned, flip), np.uint8)
