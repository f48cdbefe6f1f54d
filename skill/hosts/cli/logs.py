"""Logs on standard error, only when asked for: one line closes every turn. Source: SKILL.md, SKILLTURN_LOG."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Literal

from ...turn.events import Done, Problem, TurnEvent

_SECRET = frozenset({"authorization", "token", "client_id", "claim_token"})


def configure_logs(form: Literal["text", "json", "off"]) -> None:
    """Set up both loggers of the house, or silence them."""
    if form == "off":
        logging.disable(logging.CRITICAL)
        return
    import structlog  # noqa: PLC0415 - start-up: only when logs are asked for

    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        _without_secrets,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(processors=[*shared, renderer], logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _without_secrets(_: object, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in line.items() if key.lower() not in _SECRET}


def log_turn(form: Literal["text", "json", "off"], events: Sequence[TurnEvent], waited_s: float) -> None:
    """The line that closes a turn."""
    if form == "off":
        return
    import structlog  # noqa: PLC0415 - as above

    done = next((event for event in reversed(events) if isinstance(event, Done)), None)
    structlog.get_logger().info(
        "turn_finished" if done else "turn_left_running",
        turn_id=done.turn_id if done else None,
        outcome=done.state if done else "running",
        intents=list(done.routes) if done else [],
        problems=[event.code for event in events if isinstance(event, Problem)],
        waited_s=round(waited_s, 3),
    )
