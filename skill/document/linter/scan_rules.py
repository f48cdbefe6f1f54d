"""Rules a registry's scanner applies to the text of a skill. Source: ClawHub's published checks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api import TOKEN_START

from ..plan import Finding
from .subject import Subject

_PATTERNS = (
    (
        "token-in-url",
        re.compile(r"[?&](?:access_?|auth_?|api_?)?(?:token|key)=(?!<claim|\{claim|\$\{?CLAIM)[\$<{\w]", re.IGNORECASE),
        "A token stands in an address.",
    ),
    (
        "token-on-command-line",
        re.compile(r"--(?:token|api-?key|password|secret)[ =][\"']?(?:\$|<|\{)", re.IGNORECASE),
        "A token is passed on the command line.",
    ),
    (
        "secret-literal",
        re.compile(
            r"(?:api[_-]?key|token|secret|password)[\"']?\s*[:=]\s*[\"'](?!\$|<)(?=[^\"']*\d)(?=[^\"']*[A-Za-z])[\w+/=-]{16,}[\"']"
            r"|\b(?:sk-[A-Za-z0-9]{20,}|ghp_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16})"
            rf"|{TOKEN_START}[A-Za-z0-9]{{16,}}",
            re.IGNORECASE,
        ),
        "This looks like a real secret.",
    ),
    (
        "unverified-tls",
        re.compile(
            r"verify\s*=\s*False|\bcurl\b[^\n|]*\s(?:-k|--insecure)\b|NODE_TLS_REJECT_UNAUTHORIZED|rejectUnauthorized:\s*false"
        ),
        "A connection is made without checking who answers.",
    ),
    (
        "piped-install",
        re.compile(
            r"\b(?:curl|wget)\b[^\n`]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\biex\b.*\b(?:iwr|irm)\b", re.IGNORECASE
        ),
        "What was downloaded runs at once.",
    ),
    (
        "dangerous-call",
        re.compile(r"(?<![\w.])eval\(|\bexec_module\(|\beval\s+[\"']?\$\("),
        "Text is run as code.",
    ),
    (
        "silent-action",
        re.compile(
            r"(?<!wait )(?<!waits )(?<!waiting )(?<!stay )\bsilently\b(?! (?:wait|keep|ignore))|\bsecretly\b"
            r"|\bwithout (?:telling|informing|notifying|asking) (?:the )?users?\b"
            r"|\b(?:do not|don't|never) (?:tell|inform|notify|ask) (?:the )?users?\b(?! to\b)"
            r"|悄悄|不要告诉用户|无需告知",
            re.IGNORECASE,
        ),
        "The agent is told to act without the user's knowledge.",
    ),
)
_DENIED = re.compile(r"\b(?:never|not|don't|avoid|no)\b|不要|切勿", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Finding]:
    """Each kind of finding once for each line that has it."""
    for rule, pattern, message in _PATTERNS:
        for number, line in subject.document.body():
            match = pattern.search(line)
            if match and not _forbids(rule, line, match):
                yield Finding(rule, "warning", number, message)


def _forbids(rule: str, line: str, match: re.Match[str]) -> bool:
    """Whether the line warns of it: "never pass `--token $X`" is good advice."""
    warned = _DENIED.search(line[max(match.start() - 60, 0) : match.start()])
    return rule not in ("silent-action", "secret-literal") and bool(warned)
