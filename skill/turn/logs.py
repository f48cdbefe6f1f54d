"""Logs, only when asked for: a turn's id on every line, one line closes every turn, and nothing secret in any.

Source: SKILL.md, SKILLTURN_LOG. The command line logs to standard error, a worker to the file beside its journal.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TextIO, cast

from api import CLAIM, TOKEN

from .events import Done, Problem, TurnEvent

Form = Literal["text", "json", "off"]

HIDDEN = "[hidden]"
_SECRET = frozenset({"authorization", "token", "client_id", "claim_token"})
_TOKENS = re.compile(rf"((?i:\bbearer)\s+)\S+|{TOKEN}|{CLAIM}")


def configure_logs(form: Form, secrets: Iterable[str | None] = ()) -> Redaction:
    """Set up both loggers of the house, or silence them. secrets: texts that no line may hold."""
    redaction = Redaction(secrets)
    if form == "off":
        logging.disable(logging.CRITICAL)
        return redaction
    import structlog  # noqa: PLC0415 - start-up: only when logs are asked for

    out = cast(TextIO, _Patient(sys.stderr))  # it has the two methods that loggers call
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        redaction,
    ]
    structlog.configure(processors=[*shared, renderer], logger_factory=structlog.PrintLoggerFactory(file=out))
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    return redaction


class Redaction:
    """Takes secrets out of log lines and of any other text."""

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._secrets = {secret for secret in secrets if secret}

    def add(self, secret: str | None) -> None:
        """One more text that may not be told."""
        if secret:
            self._secrets.add(secret)

    def __call__(self, _: object, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        """The line without secret fields, its texts without secrets: a processor of structlog's."""
        return {key: self._clean(value) for key, value in line.items() if key.lower() not in _SECRET}

    def _clean(self, value: Any) -> Any:
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _TOKENS.sub(lambda found: (found[1] or "") + HIDDEN, text)


class _Patient:
    """A stream whose failures (a full disk, a closed pipe) never cost a turn."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


class Diary:
    """A worker's log. Tracebacks are kept even where no logs were asked for: nobody else sees them."""

    def __init__(self, form: Form = "off", redaction: Redaction | None = None) -> None:
        self._form = form
        self._redaction = redaction or Redaction()
        self._turn_id = ""  # of the turn begun last

    def hide(self, secret: str | None) -> None:
        """A text that no later line may hold."""
        self._redaction.add(secret)

    @contextmanager
    def about(self, turn_id: str, attempt: int) -> Iterator[None]:
        """Every line inside is about this turn."""
        self._turn_id = turn_id
        if self._form == "off":
            yield
            return
        import structlog  # noqa: PLC0415 - as above

        with structlog.contextvars.bound_contextvars(turn_id=turn_id):
            structlog.get_logger().info("turn_begun", attempt=attempt)
            yield

    def slipped(self, formatted: str) -> None:
        """A traceback, already formatted."""
        if self._form == "off":
            _Patient(sys.stderr).write(self._redaction.text(formatted))
            return
        import structlog  # noqa: PLC0415 - as above

        structlog.get_logger().error("turn_slipped", exception=formatted)

    def left(self, reason: str) -> None:
        """Why this worker stopped before its turns had ended."""
        if self._form == "off":
            _Patient(sys.stderr).write(f"{self._redaction.text(reason)}\n")
            return
        import structlog  # noqa: PLC0415 - as above

        structlog.get_logger().warning("worker_left", turn_id=self._turn_id, reason=reason)

    def closed(self, turn_id: str, events: Sequence[TurnEvent], waited_s: float) -> None:
        """The line that closes a turn."""
        log_turn(self._form, turn_id, events, waited_s)


def log_turn(form: Form, turn_id: str, events: Sequence[TurnEvent], waited_s: float) -> None:
    """The line that closes a turn, or the following of one that goes on."""
    if form == "off":
        return
    import structlog  # noqa: PLC0415 - as above

    done = next((event for event in reversed(events) if isinstance(event, Done)), None)
    fields = {
        "turn_id": done.turn_id if done else turn_id,
        "outcome": done.state if done else "running",
        "intents": list(done.routes) if done else [],
        "problems": [event.code for event in events if isinstance(event, Problem)],
        "waited_s": round(waited_s, 3),
    }
    structlog.get_logger().info("turn_finished" if done else "turn_left_running", **fields)
