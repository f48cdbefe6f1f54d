"""The command line's one entry: finds the verb, loads it alone, and turns every mistake into a sentence and a code."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn, TextIO

from .exits import DONE, INTERNAL, USAGE, CallError


@dataclass(frozen=True, slots=True)
class Verb:
    """module: where `configure(parser)` and `run(args) -> int` are. purpose: one line of help."""

    module: str
    purpose: str


VERBS = {
    "turn": Verb("turn", "one chat turn: words (or - for standard input), files, links"),
    "chat": Verb("chat", "the same, interactive"),
    "demo": Verb("demo", "the example photos become a film, on this machine"),
    "route": Verb("route", "what words would do, and why"),
    "translate": Verb("translate", "what a backend's words mean here"),
    "inspect": Verb("inspect", "what a SKILL.md says, compiled, with line numbers"),
    "lint": Verb("lint", "what a SKILL.md's author should know"),
    "new": Verb("new", "begin a skill of your own: a page, three transcripts, a CI file"),
    "record": Verb("record", "a turn as always, kept as a transcript"),
    "replay": Verb("replay", "run transcripts against the real loop"),
    "render": Verb("render", "the film engine alone"),
    "studio": Verb("studio", "the embedded backend over HTTP"),
    "conversations": Verb("conversations", "list conversations"),
    "cancel": Verb("cancel", "stop the running turn"),
    "forget": Verb("forget", "delete a conversation with its photos, drafts and films"),
    "doctor": Verb("doctor", "what is wrong with this machine"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code. Never a traceback for what a user got wrong."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    sys.stdout = sys.stdout or _nowhere()  # a caller may have closed either
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever the locale says: users write in every script
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except CallError as error:
        _complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        # the reader has gone; nothing more can be told, and Python must not try again on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        _complain(str(error))
        return USAGE
    except Exception as error:  # our own slip; an agent that reads a traceback starts to repair what it cannot
        if os.environ.get("SKILLTURN_LOG"):
            raise
        _complain(f"something went wrong inside the program ({type(error).__name__}); SKILLTURN_LOG=text shows it all.")
        return INTERNAL
    return code


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _run(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return DONE if arguments else USAGE
    if arguments[0] in ("--version", "-V", "version"):
        print(f"skillturn {_version()}")
        return DONE
    name = arguments[0]
    if name not in VERBS:
        raise CallError(f'"{name}" is not a verb of skillturn; `skillturn --help` lists them.')
    verb = import_module(f".{VERBS[name].module}", __package__)
    parser = Parser(prog=f"skillturn {name}", description=VERBS[name].purpose.capitalize() + ".")
    verb.configure(parser)
    code: int = verb.run(parser.parse_args(arguments[1:]))
    return code


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        raise CallError(f"{message[0].upper()}{message[1:]}. See `{self.prog} --help`.")


def _complain(message: str) -> None:
    with contextlib.suppress(OSError):
        print(f"skillturn: {message}", file=sys.stderr)


def _help() -> str:
    rows = "\n".join(f"  {name:14}{verb.purpose}" for name, verb in VERBS.items())
    return (
        "Runs a SKILL.md as a program: one chat turn in, the right action out.\n\n"
        f"usage: skillturn VERB …\n\n{rows}\n\n"
        "`skillturn VERB --help` says more. Everything happens on this machine unless NEMO_TOKEN, NEMO_API_URL,\n"
        "SKILLTURN_BACKEND or --backend names another backend. Exit codes: 0 done, 2 usage, 3 sign-in, 4 credits or\n"
        "plan, 5 still running, 6 refused, 7 network, 8 bad file."
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - start-up

    try:
        return version("skillturn")
    except PackageNotFoundError:  # run from its folder, where only the project file knows
        return _project_version()


def _project_version() -> str:
    import tomllib  # noqa: PLC0415 - as above

    from .skill_file import PROJECT  # noqa: PLC0415

    with (PROJECT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
