"""Files and links as a person names them: folders opened, bad ones all named at once, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..document.plan import SkillPlan
from ..turn.media import BadFile, format_of
from ..turn.neutral import safe_name
from ..turn.settings import is_web_address

_PICTURES = frozenset({"jpg", "jpeg", "png", "gif", "webp", "heic", "heif"})
_NUMBERS = re.compile(r"(\d+)")


def expand(names: Sequence[str], workspace: Path, plan: SkillPlan | None = None) -> tuple[list[Path], list[BadFile]]:
    """The files meant, absolute and in the order given.

    A folder gives no order, so it stands for its pictures as they were taken; one that does not tell when stays behind
    the one before it by name. Files that are listed keep their order, whatever their photos tell.
    plan: whose formats and size limit they must keep to; None = any format. Only the head of each file is read.
    """
    formats, limit = (plan.formats, plan.max_upload_bytes) if plan else (None, None)
    good: list[Path] = []
    bad: list[BadFile] = []
    for name in names:
        found = _meant(name, workspace)
        if isinstance(found, BadFile):
            bad.append(found)
            continue
        for path in found:
            looked = format_of(path, formats, limit)
            if isinstance(looked, BadFile):
                bad.append(looked)
            else:
                good.append(path.absolute())
    return good, bad


def _meant(name: str, workspace: Path) -> list[Path] | BadFile:
    try:
        path = workspace / Path(name).expanduser()
        if not path.is_dir():
            return [path]
        return _as_taken(_pictures(path)) or BadFile(safe_name(path.name or name), "folder")
    except PermissionError:
        return BadFile(safe_name(name), "unreadable")
    except (OSError, RuntimeError, ValueError):  # too long for a name, or somebody's home that is not there
        return BadFile(safe_name(name), "missing")


def _pictures(folder: Path) -> list[Path]:
    inside = [path for path in folder.iterdir() if not path.name.startswith(".") and path.is_file()]
    return sorted((path for path in inside if path.suffix[1:].lower() in _PICTURES), key=_in_name_order)


def _as_taken(paths: list[Path]) -> list[Path]:
    """Pictures in name order, put into the order of the moments they tell; by UTC only where all of them know it."""
    from ..turn.captured import taken  # noqa: PLC0415 - start-up: only a folder needs it

    told = [taken(path) for path in paths]
    zoned = all(moment.ahead_s is not None for moment in told if moment)
    moments: list[float] = []
    for moment in told:
        if moment:
            moments.append(moment.local_s - ((moment.ahead_s or 0.0) if zoned else 0.0))
        else:
            moments.append(moments[-1] if moments else float("-inf"))
    return [path for _, path in sorted(zip(moments, paths, strict=True), key=lambda found: found[0])]


def _in_name_order(path: Path) -> list[tuple[int, str]]:
    """IMG_2 before IMG_10, as file browsers show them."""
    parts = _NUMBERS.split(path.name.casefold())
    return [(int(part), "") if part.isascii() and part.isdigit() else (0, part) for part in parts]


def bad_links(urls: Sequence[str]) -> list[BadFile]:
    """Links that are not http or https."""
    return [BadFile(url, "link") for url in urls if not is_web_address(url)]
