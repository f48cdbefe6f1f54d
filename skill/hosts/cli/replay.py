"""`replay`: transcripts against the real loop, on a virtual clock."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from .exits import BAD_FILE, DONE, FINDINGS, CallError
from .skill_file import add_skill, find_skill, plan_of

_ENDING = ".transcript.yaml"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=f"transcripts (*{_ENDING}), or folders of them")
    add_skill(parser)


def run(args: argparse.Namespace) -> int:
    from ...transcript import TranscriptError, load_transcript, run_transcript  # noqa: PLC0415 - pydantic and YAML

    skill = find_skill(args.skill)
    plan = plan_of(skill)
    failed = 0
    for path in _transcripts(args.paths):
        try:
            transcript = load_transcript(path)
        except TranscriptError as error:
            raise CallError(" ".join(str(error).split()), BAD_FILE) from error
        with TemporaryDirectory() as folder:
            found = run_transcript(transcript, plan, skill, Path(folder))
        print(f"{'differs' if found else 'ok     '}  {path}")
        for words in found:
            print(f"    {words}")
        failed += bool(found)
    return FINDINGS if failed else DONE


def _transcripts(names: list[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.exists():
            raise CallError(f"{name}: there is no such transcript.", BAD_FILE)
        found += sorted(path.rglob(f"*{_ENDING}")) if path.is_dir() else [path]
    if not found:
        raise CallError(f"There is no file named *{_ENDING} in there.", BAD_FILE)
    return found
