"""Which SKILL.md a call is about, and its plan."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ...document import DocumentError, load_skill
from ...document.plan import SkillPlan
from ...turn.home import plans_folder
from .exits import CallError

_SOURCE = Path(__file__).parent.parent.parent.parent
PROJECT = _SOURCE if (_SOURCE / "SKILL.md").is_file() else Path(sys.prefix, "share", "skillturn")
"""Where our own SKILL.md and examples are: a checkout, an installed skill, or where the package keeps its data."""


def add_skill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--skill", metavar="DIR", help="folder of the SKILL.md (the one beside this program)")


def find_skill(given: str | None, *, to: str = "--skill") -> Path:
    """The SKILL.md to run, or its folder: the given one, else the one beside this program, else upwards from here.

    to: the option or verb that is given it. Raises CallError.
    """
    if given:
        path = Path(given).expanduser().absolute()
        if not path.exists():
            raise CallError(f"{given}: there is no such file or folder. Give {to} the folder of a SKILL.md.")
        return path
    here = Path.cwd()
    for folder in (PROJECT, here, *here.parents):
        if (folder / "SKILL.md").is_file():
            return folder
    raise CallError(f"There is no SKILL.md here. Give {to} the folder of one.")


def plan_of(skill: Path, home: Path | None = None) -> SkillPlan:
    """The skill's plan, kept in the state folder where there is one. Raises CallError for an unreadable document."""
    try:
        return load_skill(skill, plans_folder(home) if home else None)
    except DocumentError as error:
        raise CallError(str(error)) from error
