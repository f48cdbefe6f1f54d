"""Where the backend is, as a document says: base address, endpoints, the session's body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

from api import Endpoints

from . import wording
from .markdown import SkillDocument
from .plan import ApiRules, Finding

_URL = re.compile(r"https?://[^\s`\"'<>(){}|,;\\]+")
_VARIABLE_DEFAULT = (
    r"\b{name}\b(?::-|`?\s*\|[^|\n]*\|\s*`?|[^\n]{{0,40}}?defaults? (?:to )?`?)(?P<url>https?://[^\s`\"'}}|]+)"
)
_PATH = re.compile(
    r"(?P<origin>https?://[^\s/`\"'<>]+|\$\{?[A-Z_]+(?::-https?://[^}\s]+)?\}?)?"
    r"(?P<path>/[A-Za-z][\w.-]*(?:/(?:[\w.-]+|<[\w -]+>|\{\w+\}|\$\{?\w+\}?|:\w+))*/?)"
)
_PLACEHOLDER = re.compile(r"<[\w -]+>|\{\w+\}|\$\{?\w+\}?|:\w+")
_TASK_NAME = re.compile(r"[\"']task_name[\"']\s*:\s*[\"']([^\"']{1,80})[\"']")
_LANGUAGE = re.compile(r"[\"']language[\"']\s*:\s*[\"']([^\"']{0,40})[\"']")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?$")


@dataclass(frozen=True, slots=True)
class Said:
    """A value a document states, and the line that does."""

    value: str
    line: int


def api_rules_of(document: SkillDocument) -> tuple[ApiRules, dict[str, int], tuple[Finding, ...]]:
    """Rules with family values where the document is silent; what it states (name -> line); findings."""
    default = wording.family()["api"]
    lines: dict[str, int] = {}
    findings: list[Finding] = []
    base = _base(document, findings)
    web = next(_matches(document, _variable_default("NEMO_WEB_URL")), None)
    task, language = _session_body(document)
    for name, said in (("base", base), ("web", web), ("task_name", task), ("language", language)):
        if said:
            lines[name] = said.line
    endpoints = _endpoints(document, lines)
    rules = ApiRules(
        base=base.value if base else default["base"],
        task_name=task.value if task else default["task_name"],
        language=language.value if language else default["language"],
        endpoints=endpoints,
        app_name=default["app_name"],
        user_id=default["user_id"],
        web=web.value if web else default["web"],
    )
    return rules, lines, tuple(findings)


def _variable_default(name: str) -> re.Pattern[str]:
    return re.compile(_VARIABLE_DEFAULT.format(name=name))


def _matches(document: SkillDocument, pattern: re.Pattern[str]) -> Iterator[Said]:
    for number, line in document.body():
        for match in pattern.finditer(line):
            yield Said(match["url"].rstrip("/.*"), number)


def _base(document: SkillDocument, findings: list[Finding]) -> Said | None:
    """A labelled base, else the default of NEMO_API_URL, else where the calls are addressed, else the frontmatter's."""
    labelled = [said for said in _matches(document, wording.pattern("base_label")) if not _call_of(said.value)]
    general = list(_matches(document, wording.pattern("base_of_calls")))
    variable = list(_matches(document, _variable_default("NEMO_API_URL")))
    called = [Said(origin, number) for number, origin, _ in _calls(document) if origin]
    domain = document.frontmatter.text("apiDomain") or ""
    front = [Said(domain.rstrip("/"), document.frontmatter.lines["apiDomain"])] if _URL.match(domain) else []
    stated = [*labelled, *general, *variable, *called, *front]
    if stated:
        other = next((said for said in stated if _origin(said.value) != _origin(stated[0].value)), None)
        if other:
            message = f"Two API addresses: {stated[0].value} (line {stated[0].line}) is used, not {other.value}."
            findings.append(Finding("contradictory-base", "warning", other.line, message))
        return stated[0]
    return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _calls(document: SkillDocument) -> Iterator[tuple[int, str, str]]:
    """(line, origin or "", path) of everything in the document that looks like a backend call."""
    for number, line in document.body():
        if "/" not in line:
            continue
        for match in _PATH.finditer(line[:20_000]):
            origin, path = match["origin"] or "", match["path"]
            if origin.startswith("$"):
                default = _URL.search(origin)
                origin = default[0] if default else ""
            if _call_of(path):
                yield number, origin, path


def _call_of(path: str) -> str | None:
    return wording.first_listed(path, wording.roles("calls", "call"))


def _endpoints(document: SkillDocument, lines: dict[str, int]) -> Endpoints:
    """The first path given for each call, its placeholders in our spelling. Raises nothing: odd paths stay defaults."""
    found: dict[str, str] = {}
    names = {field.name for field in fields(Endpoints)}
    for number, _, path in _calls(document):
        call = _call_of(path)
        if call in names and call not in found:
            found[call] = _spelled(path)
            lines[f"endpoints.{call}"] = number
    return replace(Endpoints(), **found)


def _spelled(path: str) -> str:
    """A user's id becomes "me", a session's `<sid>`, a render's `<id>`."""

    def ours(match: re.Match[str]) -> str:
        name = match[0].lower()
        if "user" in name or "uid" in name:
            return "me"
        return "<sid>" if "session" in name or "sid" in name else "<id>"

    return _PLACEHOLDER.sub(ours, path.rstrip("/"))


def _session_body(document: SkillDocument) -> tuple[Said | None, Said | None]:
    """task_name and language of the create-session call; a body that names a language beats one that leaves it out."""
    best: tuple[Said, Said] | None = None
    for number, statement in document.statements():
        task = _TASK_NAME.search(statement)
        if not task:
            continue
        language = _LANGUAGE.search(statement)
        rule = _language_rule(language[1]) if language else "absent"
        said = Said(task[1], number), Said(rule, number)
        if best is None or (best[1].value == "absent" and rule != "absent"):
            best = said
    return best or (None, None)


def _language_rule(value: str) -> str:
    return f"fixed:{value}" if _TAG.match(value) and value.lower() not in ("lang",) else "detected"


def platform_words(document: SkillDocument) -> Mapping[str, Said]:
    """Install-path marker -> platform word, as the document lists them; a bare word gets its family marker."""
    arrow = re.compile(
        r"[`\"'](?P<path>~?/?\.?[\w.~-]+(?:/[\w.~-]+)*/?)[`\"'][^`\"'\n]{1,12}[`\"'](?P<word>[\w-]{1,40})[`\"']"
    )
    listed: dict[str, Said] = {}
    for number, line in document.body():
        if "install" not in line and "platform" not in line.lower() and "path" not in line:
            continue
        for match in arrow.finditer(line):
            if "/" in match["path"] and "." in match["path"]:
                listed.setdefault(match["path"], Said(match["word"], number))
        if not listed and "X-Skill-Platform" in line:
            for marker, word in wording.family()["platforms"]:
                if re.search(rf"`{word}`", line):
                    listed[marker] = Said(word, number)
    return listed
