"""Files and links as a person names them: folders opened, bad ones all named at once, before anything is sent."""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...document.plan import SkillPlan
from ...turn.events import Problem
from ...turn.say import Messages

_PICTURES = frozenset({"jpg", "jpeg", "png", "gif", "webp", "heic", "heif"})
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Bad:
    """A name that cannot be used. reason: a message key."""

    name: str
    reason: str


def expand(names: Sequence[str], workspace: Path) -> tuple[list[Path], list[Bad]]:
    """The files meant, absolute and in the order given; a folder stands for its pictures in name order."""
    good: list[Path] = []
    bad: list[Bad] = []
    for name in names:
        path = workspace / Path(name).expanduser()
        try:
            found = _pictures(path) if path.is_dir() else [path]
            reason = _unusable(found)
        except PermissionError:
            reason = "reason_unreadable"
        except OSError:
            reason = "reason_missing"
        if reason:
            bad.append(Bad(path.name or name, reason))
        else:
            good.extend(file.absolute() for file in found)
    return good, bad


def _pictures(folder: Path) -> list[Path]:
    inside = [path for path in folder.iterdir() if not path.name.startswith(".") and path.is_file()]
    return sorted((path for path in inside if path.suffix[1:].lower() in _PICTURES), key=_in_name_order)


def _in_name_order(path: Path) -> list[tuple[int, str]]:
    """IMG_2 before IMG_10, as file browsers show them."""
    parts = _NUMBERS.split(path.name.casefold())
    return [(int(part), "") if part.isascii() and part.isdigit() else (0, part) for part in parts]


def _unusable(paths: list[Path]) -> str:
    if not paths:
        return "reason_folder"
    for path in paths:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return "reason_unreadable"
        if found.st_size == 0:
            return "reason_empty"
        path.open("rb").close()
    return ""


def bad_links(urls: Sequence[str]) -> list[Bad]:
    """Links that are not http or https."""
    return [Bad(url, "reason_link") for url in urls if not url.lower().startswith(("http://", "https://"))]


def complaint(bad: Sequence[Bad], plan: SkillPlan, say: Messages) -> Problem:
    """One sentence about all of them, and what to send instead."""
    items = [say("bad_file_item", name=item.name, reason=say(item.reason)) for item in bad]
    links = all(item.reason == "reason_link" for item in bad)
    formats = say.listed([*plan.formats], most=99)
    advice = say("bad_link_advice") if links else say("bad_file_advice", formats=formats)
    return Problem("bad_file", say("bad_files", count=len(bad), names=say.listed(items)), advice)
