"""Exit codes, and the errors that end a call before there is a turn. Source: SKILL.md, table of exit codes.

Beyond that table: 1 is for verbs that judge (lint, replay, record, doctor) and found something; 70 and 74 are those of
sysexits.h, a slip of our own and an answer that could not be written out; 130 a Ctrl-C that ended the command alone.
A turn that somebody stopped (`cancel`, "stop", Ctrl-C at a terminal) did what was asked: 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...turn.events import Done, Problem, TurnEvent

DONE = 0
FINDINGS = 1
USAGE = 2
SIGN_IN = 3
CREDITS = 4
RUNNING = 5
REFUSED = 6
UNREACHABLE = 7
BAD_FILE = 8
INTERNAL = 70
UNHEARD = 74
INTERRUPTED = 130

# what a problem's code means to a script; every other code is a refusal
_BY_PROBLEM = {
    "1001": SIGN_IN,
    "401": SIGN_IN,
    "free_token": SIGN_IN,
    "2001": CREDITS,
    "402": CREDITS,
    "4001": BAD_FILE,
    "4002": BAD_FILE,
    "bad_file": BAD_FILE,
    "network": UNREACHABLE,
    "bad_backend": USAGE,
    "plain_backend": USAGE,
    "engine_missing": USAGE,
    "not_runnable": USAGE,
    "output": USAGE,
}


class CallError(Exception):
    """A call that cannot become a turn: one sentence that says what to do, and the exit code."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def exit_code(events: Sequence[TurnEvent]) -> int:
    """The exit code of a turn, from its events; the first problem of a failed turn decides."""
    state = next((event.state for event in reversed(events) if isinstance(event, Done)), "running")
    if state in ("running", "queued"):
        return RUNNING
    if state != "failed":
        return DONE
    problem = next((event for event in events if isinstance(event, Problem)), None)
    return _BY_PROBLEM.get(problem.code, REFUSED) if problem else REFUSED
