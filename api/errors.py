"""What a backend's refusal is called.

BackendError(code, endpoint)      the backend answered and said no
├─ TokenExpired     1001, 401     a bad or expired token
├─ SessionLost      1002          the session is gone
├─ NoCredits        2001
├─ FileRefused      4001, 4002    unsupported, too large
├─ ClientIdMissing  400           on the token call only
├─ ExportBlocked    402           the plan (or missing headers), never credits
├─ RateLimited      429
├─ BackendUnreachable             no answer: transport, timeout, TLS, DNS
└─ ProtocolError                  an answer we cannot read
"""

from __future__ import annotations


class BackendError(Exception):
    """The backend refused or could not be understood.

    code: the backend's number (body `code`, else HTTP status), 0 where there is none. endpoint: the call's name,
    as in Endpoints ("create_session"). detail: the backend's own words, for logs and cautious display; never a token.
    reached: whether the request may have reached the backend (and so may have had an effect).
    retry_after_s: how long it asks to be left alone, None when it does not say.
    """

    def __init__(self, code: int, endpoint: str, detail: str = "", *, reached: bool = True) -> None:
        super().__init__(code, endpoint)
        self.code = code
        self.endpoint = endpoint
        self.detail = detail
        self.reached = reached
        self.retry_after_s: float | None = None

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.code} {self.detail}".rstrip()


class TokenExpired(BackendError):
    """1001: a bad or expired token."""


class SessionLost(BackendError):
    """1002: the session is not known any more."""


class NoCredits(BackendError):
    """2001: nothing left to spend."""


class FileRefused(BackendError):
    """4001 unsupported, 4002 too large."""


class ClientIdMissing(BackendError):
    """400 on the token call: the X-Client-Id header is missing."""


class ExportBlocked(BackendError):
    """402: the plan does not include export. Not a credit matter."""


class RateLimited(BackendError):
    """429."""


class BackendUnreachable(BackendError):
    """No answer. `reached` is False when the connection was never made."""


class ProtocolError(BackendError):
    """An answer that cannot be read."""
