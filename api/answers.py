"""The backend's small flat answers, read by hand: a turn that only asks for credits loads no pydantic.

They are named tuples, because every turn defines them and a frozen dataclass takes five times as long to define.

Each reader takes the whole JSON object of a success and is forgiving about what surrounds the values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .errors import ProtocolError

_BALANCE_KEYS = ("available", "frozen", "total")
_BIND_KEYS = ("bind_id", "bindId", "bind", "user_id", "userId")


class SignedIn(NamedTuple):
    """given: the user's own token. fresh: got just now. credits: what a fresh token came with, None = not told.

    unlimited: the backend said that it counts none.
    """

    given: bool
    fresh: bool
    credits: float | None = None
    unlimited: bool = False


class Grant(NamedTuple):
    """A new anonymous token, which stays out of what is printed."""

    token: str
    credits: float | None
    unlimited: bool = False

    def __repr__(self) -> str:
        return f"Grant(credits={self.credits!r}, unlimited={self.unlimited!r})"


class Session(NamedTuple):
    """One project of the backend. bind_id: what a registration link carries as `?bind=`, "" when not told."""

    session_id: str
    task_id: str = ""
    bind_id: str = ""


class Balance(NamedTuple):
    """Credits in the backend's own units; None where it did not say, or counts none."""

    available: float | None
    frozen: float | None
    total: float | None


def data_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object under `data`, or the answer itself where the backend left the envelope out."""
    data = answer.get("data")
    return data if isinstance(data, Mapping) else answer


def read_grant(answer: Mapping[str, Any]) -> Grant:
    """Raises ProtocolError when there is no usable token."""
    data = data_of(answer)
    token = data.get("token")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ProtocolError(0, "anonymous_token", "the answer holds no token")
    credits = _number(data.get("credits"))
    return Grant(token, credits, unlimited=data.get("unlimited") is True and credits is None)


def read_session(answer: Mapping[str, Any]) -> Session:
    """Raises ProtocolError when there is no session id."""
    data = data_of(answer)
    session_id = _text(data.get("session_id") or data.get("sessionId"))
    if not session_id:
        raise ProtocolError(0, "create_session", "the answer holds no session_id")
    return Session(session_id, _text(data.get("task_id") or data.get("taskId")), bind_id_in(data))


def read_claim_token(answer: Mapping[str, Any]) -> str | None:
    """The link token, None when the answer holds none or an access token, which must never be put in a link."""
    token = _text(data_of(answer).get("claim_token"))
    return token if re.fullmatch(r"(?!nmv_(?!clm_))[\w.~-]+", token) else None


def read_balance(answer: Mapping[str, Any]) -> Balance:
    """None for what is not told; all null = credits do not exist there. Raises ProtocolError when nothing is there."""
    data = data_of(answer)
    keys = ("available", "frozen", "total")
    told = [data[key] for key in keys if key in data]
    balance = Balance(*(_number(data.get(key)) for key in keys))
    if balance == Balance(None, None, None) and told != [None] * len(keys):
        raise ProtocolError(0, "balance", "the answer holds no balance")
    return balance


def bind_id_in(data: Mapping[str, Any]) -> str:
    """The id a registration link wants, "" when absent; "me" is an alias in paths and identifies nobody."""
    found = (_text(data.get(key)) for key in _BIND_KEYS)
    return next((value for value in found if value and value != "me"), "")


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return number if number is None or abs(number) < float("inf") else None


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
