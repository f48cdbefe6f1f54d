"""How the studio says no: the codes a client of this API knows, in a body with HTTP 200 as the cloud sends them.

Source of the codes: SKILL.md, its error table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

BAD_REQUEST = 400
PLAN_BLOCKED = 402
NOT_FOUND = 404
TAKEN = 409
BAD_TOKEN = 1001
NO_SESSION = 1002
UNSUPPORTED_FILE = 4001
FILE_TOO_LARGE = 4002

_ATTRIBUTION = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")


class Refusal(Exception):
    """An answer other than 0. message: one sentence. status: of HTTP."""

    def __init__(self, code: int, message: str, *, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Invalid(Exception):
    """A body of the wrong shape; details in FastAPI's form: a list of {type, loc, msg}."""

    def __init__(self, details: list[dict[str, object]]) -> None:
        super().__init__("invalid body")
        self.details = details


def bearer(request: Request) -> str:
    """The token a request carries. Raises Refusal 1001."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(BAD_TOKEN, "This call needs an Authorization header with a bearer token.")
    return token.strip()


def require_attribution(request: Request) -> None:
    """Exports are attributed to a skill. Raises Refusal 402. Source: SKILL.md, "Skill attribution"."""
    missing = [name for name in _ATTRIBUTION if not request.headers.get(name, "").strip()]
    if missing:
        raise Refusal(PLAN_BLOCKED, f"Export is blocked: the request lacks {', '.join(missing)}.")
