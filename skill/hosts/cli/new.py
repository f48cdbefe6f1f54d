"""`new`: a skill of one's own to begin with: a page that lints clean, three transcripts, a CI file."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from .exits import DONE, CallError

_STARTER = Path(__file__).with_name("starter.yaml")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_NAME = 64


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="lower-case letters, digits and hyphens; also the folder's name")
    parser.add_argument("--into", metavar="DIR", default=".", help="where the folder is made (here)")


def run(args: argparse.Namespace) -> int:
    folder = _folder(args.name, Path(args.into).expanduser())
    for name, text in _starter().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        title = args.name.replace("-", " ").title()
        target.write_text(re.sub(r"\bNAME\b", args.name, text.replace("TITLE", title)), encoding="utf-8", newline="\n")
    print(
        f"{folder} is ready. Next:\n"
        f"  skillturn lint {folder}\n"
        f"  skillturn replay {folder / 'transcripts'} --skill {folder}\n"
        f"  skillturn chat --skill {folder}"
    )
    return DONE


def _folder(name: str, into: Path) -> Path:
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        raise CallError(f"{name!r} is no name for a skill: use up to 64 lower-case letters, digits and single hyphens.")
    folder = into / name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CallError(
            f"{folder} exists already and is not empty. Choose another name, or another folder with --into."
        )
    return folder


def _starter() -> dict[str, str]:
    import yaml  # noqa: PLC0415 - only this verb reads it

    files: dict[str, str] = yaml.safe_load(_STARTER.read_text(encoding="utf-8"))
    return files
