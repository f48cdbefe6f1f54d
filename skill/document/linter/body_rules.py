"""Rules about the body: its size, the hosts it calls, the headers its calls carry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import wording
from ..plan import Finding
from .subject import Subject

_MAX_LINES = 500
_MAX_TOKENS = 5000
_CHARS_PER_TOKEN = 3.2  # of pages like these; Chinese weighs more
_HOST = re.compile(r"https?://([A-Za-z0-9][\w.-]*\.[A-Za-z]{2,})")
_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.\w+)?|test|invalid|localhost|local)$|^example\.")
_DECLARES = re.compile(
    r"\b(?:base|root|talks? to|hosts?|network|contacts?|connects? to|server|NEMO_\w+_URL)\b|地址", re.I
)
_DEMANDS = re.compile(r"\b(?:all|every)\b.{0,60}\brequests?\b.{0,80}(?:headers?|must|include)|X-Skill-Source", re.I)


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about the body as a whole and about its calls."""
    body = [line for _, line in subject.document.body()]
    if len(body) > _MAX_LINES:
        yield Finding("body-too-long", "warning", None, f"The body has {len(body)} lines; {_MAX_LINES} is advised.")
    else:
        wide = sum(ord(char) > 0x2E80 for line in body for char in line)
        tokens = (sum(map(len, body)) - wide) / _CHARS_PER_TOKEN + wide
        if tokens > _MAX_TOKENS:
            message = f"The body has about {round(tokens, -2):g} tokens; {_MAX_TOKENS} is advised."
            yield Finding("body-too-long", "warning", None, message)
    yield from _hosts(subject)
    yield from _attribution(subject)


def _hosts(subject: Subject) -> Iterator[Finding]:
    """Hosts that calls or commands name and nothing declares, each once."""
    front = "\n".join(subject.document.lines[: subject.document.frontmatter.body])
    declared = {host.lower() for host in _HOST.findall(front)}
    declared.update(host.lower() for host in _HOST.findall(subject.plan.api.base))
    named: dict[str, int] = {}
    for number, line in subject.document.body():
        if "://" not in line:
            continue
        hosts = [host.lower() for host in _HOST.findall(line)]
        if _DECLARES.search(line):
            declared.update(hosts)
        for host in hosts:
            named.setdefault(host, number)
    for host, number in named.items():
        if not _RESERVED.search(host) and host not in declared:
            yield Finding("undeclared-host", "warning", number, f"{host} is named here and declared nowhere.")


def _attribution(subject: Subject) -> Iterator[Finding]:
    """Commands that forget the headers which the document itself asks for on every request."""
    if not any(_DEMANDS.search(line) for _, line in subject.document.body()):
        return
    missing = []
    for number, statement in subject.document.statements():
        if "curl " not in statement or "X-Skill-" in statement:
            continue
        call = next((role.name for role in wording.roles("calls", "call") if role.pattern.search(statement)), None)
        if call and call != "anonymous_token":
            missing.append(number)
    if missing:
        message = f"{len(missing)} commands leave out the X-Skill headers; this is the first."
        yield Finding("missing-attribution", "warning", missing[0], message)
