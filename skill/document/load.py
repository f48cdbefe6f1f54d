"""A SKILL.md from disk: its plan, compiled once and kept by content."""

from __future__ import annotations

import contextlib
import os
import stat
from functools import lru_cache
from pathlib import Path

from . import kept
from .plan import SkillPlan

MAX_BYTES = 8 * 2**20
_NAMES = ("SKILL.md", "skill.md")
_SHARED = 16


class DocumentError(Exception):
    """A document that cannot be read at all; the message says what to do."""


def load_skill(path: Path, cache_dir: Path | None = None) -> SkillPlan:
    """The plan of a SKILL.md, given the file or its folder.

    cache_dir: where compiled plans are kept by content; None compiles anew. A damaged cache costs time only.
    Raises DocumentError.
    """
    return _plan(read_document(document_path(path)), cache_dir)


def shared_plan(path: Path, cache_dir: Path) -> SkillPlan:
    """As load_skill; the same bytes give the same plan to every turn of this process. Raises DocumentError."""
    return _shared(read_document(document_path(path)), cache_dir)


def _plan(data: bytes, cache_dir: Path | None) -> SkillPlan:
    if cache_dir is not None:
        plan = kept.find(cache_dir, data)
        if plan is not None:
            return plan
    # Markdown and YAML readers load only when a document must be compiled.
    from .compile import compile_plan  # noqa: PLC0415
    from .markdown import parse  # noqa: PLC0415
    from .text import decode  # noqa: PLC0415

    plan = compile_plan(parse(decode(data)))
    if cache_dir is not None:
        with contextlib.suppress(OSError):
            kept.keep(cache_dir, data, plan)
    return plan


_shared = lru_cache(maxsize=_SHARED)(_plan)


def document_path(path: Path) -> Path:
    """The file itself; a folder means the SKILL.md in it. Raises DocumentError."""
    if not path.is_dir():
        return path
    found = next((path / name for name in _NAMES if (path / name).is_file()), None)
    if found is None:
        raise DocumentError(f"{path}: there is no SKILL.md in this folder. Name the file, or the folder that holds it.")
    return found


def read_document(path: Path) -> bytes:
    """The bytes of a document. Raises DocumentError for what is missing, no regular file, too large or not text."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DocumentError(f"{path}: this is not a file. Name a SKILL.md.")
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as exc:
        raise DocumentError(f"{path}: there is no such file. Check the path of the SKILL.md.") from exc
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else str(exc)
        raise DocumentError(f"{path}: it cannot be read ({reason}). Check the path and its permissions.") from exc
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{path}: larger than {MAX_BYTES // 2**20} MiB, so it is no SKILL.md. Name the right file.")
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(f"{path}: it holds binary data, not text. Name a SKILL.md.")
    return data
