"""The command line's one entry: finds the verb, loads it alone, and turns every mistake into a sentence and a code."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn, TextIO

from ...value import value
from .exits import DONE, INTERNAL, INTERRUPTED, UNHEARD, USAGE, CallError
from .lines import Unheard, flush, put


@value
class Verb:
    """module: where `configure(parser)` and `run(args) -> int` are. purpose: one line of help.

    brief: it starts nothing that needs Python's own farewell (process pools, servers).
    """

    module: str
    purpose: str
    brief: bool = False


VERBS = {
    "turn": Verb("turn", "one chat turn: words (or - for standard input), files, links", brief=True),
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
_UNKNOWN = Verb("", "")


def process() -> NoReturn:
    """The command as a process: `main`, and a quick way out, because both ends of a process are part of every turn.

    A brief verb has closed all it opened when it returns; taking every module apart would cost it a sixth of its time,
    and collecting garbage while modules load another tenth.
    """
    brief = VERBS.get("".join(sys.argv[1:2]), _UNKNOWN).brief
    if brief:
        gc.set_threshold(100_000)
    gc.enable()
    code = main()
    if brief:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code. Never a traceback for what a user got wrong."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    sys.stdout = sys.stdout or _nowhere(os.O_RDONLY)  # a caller may have closed either; that nobody hears must show
    sys.stderr = sys.stderr or _nowhere(os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever the locale says: users write in every script
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = _run(arguments)
        flush()
    except CallError as error:
        _complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        _silence()  # the reader has gone; nothing more can be told
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Unheard as error:
        return _unheard(error)
    except OSError as error:
        return _refused(error)
    except Exception as error:  # our own slip; an agent that reads a traceback starts to repair what it cannot
        if os.environ.get("SKILLTURN_LOG"):
            raise
        _complain(f"something went wrong inside the program ({type(error).__name__}); SKILLTURN_LOG=text shows it all.")
        return INTERNAL
    return code


def _nowhere(mode: int) -> TextIO:
    """A stream in the place of a closed one, so that no file we open takes its number. O_RDONLY: writing fails."""
    return os.fdopen(os.open(os.devnull, mode), "w", encoding="utf-8")


def _silence() -> None:
    """Python must not try again to write what it could not, on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unheard(error: Unheard) -> int:
    _silence()
    _complain(f"The answer could not be written ({error}). Ask again where it can; nothing is lost.")
    return UNHEARD


def _refused(error: OSError) -> int:
    """What the machine would not do, in a sentence."""
    try:
        Path.cwd()
    except OSError:
        _complain("The folder you are in is gone. Change to one that exists, then ask again.")
    else:
        _complain(str(error))
    return USAGE


def _run(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        put(_help())
        return DONE if arguments else USAGE
    if arguments[0] in ("--version", "-V", "version"):
        put(f"skillturn {_version()}")
        return DONE
    name = arguments[0]
    if name not in VERBS:
        raise CallError(f'"{name}" is not a verb of skillturn; `skillturn --help` lists them.')
    verb = import_module(f".{VERBS[name].module}", __package__)
    parser = Parser(prog=f"skillturn {name}", description=_sentence(VERBS[name].purpose))
    verb.configure(parser)
    code: int = verb.run(parser.parse_args(arguments[1:]))
    return code


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        raise CallError(f"{_sentence(message)} See `{self.prog} --help`.")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _complain(message: str) -> None:
    with contextlib.suppress(OSError):
        put(f"skillturn: {message}", sys.stderr)


def _help() -> str:
    rows = "\n".join(f"  {name:14}{verb.purpose}" for name, verb in VERBS.items())
    return (
        "Runs a SKILL.md as a program: one chat turn in, the right action out.\n\n"
        f"usage: skillturn VERB …\n\n{rows}\n\n"
        "`skillturn VERB --help` says more. Everything happens on this machine unless NEMO_TOKEN, NEMO_API_URL,\n"
        "SKILLTURN_BACKEND or --backend names another backend. Exit codes: 0 done, 1 findings, 2 usage, 3 sign-in,\n"
        "4 credits or plan, 5 still running, 6 refused, 7 network, 8 bad file, 70 our slip, 74 no output, 130 Ctrl-C."
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
