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
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?$")

_ANY_CALL = re.compile(r"(?P<url>https?://[^\s/`\"'<>]+)/(?:api|v\d)/")
_INSTALLED = r"(?P<path>~?/?\.[\w-]+(?:/[\w.-]+)*/?)"
_PLATFORM_CONTEXT = re.compile(r"install|platform|path|folder|director|安装|路径|平台", re.IGNORECASE)
_MARKER_FIRST = re.compile(rf"[`\"'“]{_INSTALLED}[`\"'”][^`\"'\n;]{{1,40}}?[`\"'“](?P<word>[\w-]{{1,40}})[`\"'”]")
_MARKER_BESIDE = re.compile(
    rf"[`\"'|(]\s*`?{_INSTALLED}`?[`\"']?\**\s*(?:→|->|=>|=|:|：|\||—|–|is|means)\s*\**[`\"']?(?P<word>[A-Za-z][\w-]{{1,40}})"
)
_WORD_FIRST = re.compile(
    rf"[`\"'](?P<word>[A-Za-z][\w-]{{1,40}})[`\"']\s*(?:if|when|for|under|from|in|←|<-)\b[^`\"'\n;]{{0,40}}[`\"']{_INSTALLED}[`\"']"
)


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
    task, language = _session_body(document, findings)
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
        if "." not in line:
            continue
        for match in pattern.finditer(line):
            yield Said(match["url"].rstrip("/.*"), number)


def _base(document: SkillDocument, findings: list[Finding]) -> Said | None:
    """A labelled base, else NEMO_API_URL's default, else the frontmatter's domain, else where calls are addressed.

    Of two of a kind, what the set-up block says comes last.
    """
    labelled = [said for said in _matches(document, wording.pattern("base_label")) if not _call_of(said.value)]
    for source in wording.words()["base_more"]:
        labelled += (said for said in _matches(document, wording.pattern_of(source)) if not _call_of(said.value))
    general = list(_matches(document, wording.pattern("base_of_calls")))
    variable = list(_matches(document, _variable_default("NEMO_API_URL")))
    called = [Said(origin, number) for number, origin, _ in _calls(document) if origin]
    domain = (document.frontmatter.text("apiDomain") or "").rstrip("/")
    front = [Said(domain, document.frontmatter.lines["apiDomain"])] if "." in domain else []
    about = wording.pattern("setup_section")

    def in_setup(said: Said) -> bool:
        heading = document.section_of(said.line)
        return bool(heading and about.search(heading.text))

    kinds = [sorted(kind, key=in_setup) for kind in (labelled, general, variable, front, called)]
    stated = [Said(_with_scheme(said.value), said.line) for kind in kinds for said in kind]
    stated = stated or [Said(_origin(said.value), said.line) for said in _matches(document, _ANY_CALL)]
    if stated:
        other = next((said for said in stated if _origin(said.value) != _origin(stated[0].value)), None)
        if other:
            message = f"Two API addresses: {stated[0].value} (line {stated[0].line}) is used, not {other.value}."
            findings.append(Finding("contradictory-base", "warning", other.line, message))
        return stated[0]
    return None


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # "https://[": no address at all
        return url.lower()
    return f"{parts.scheme}://{parts.netloc}".lower()


def _calls(document: SkillDocument) -> Iterator[tuple[int, str, str]]:
    """(line, origin or "", path) of everything in the document that looks like a backend call."""
    for number, line in document.body():
        if "/" not in line:
            continue
        for match in _PATH.finditer(line[:20_000]):
            origin, path = match["origin"] or "", match["path"].rstrip(".-")  # a sentence may end here
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


def _session_body(document: SkillDocument, findings: list[Finding]) -> tuple[Said | None, Said | None]:
    """task_name and language of the create-session call.

    The API section's body beats the set-up block's; of two in one place the one that names a language counts.
    """
    about = wording.pattern("setup_section")
    best: tuple[bool, Said, Said] | None = None
    others: list[tuple[Said, Said]] = []
    fixed: Said | None = None
    for number, statement in document.statements():
        if (
            fixed is None
            and "language" in statement
            and (always := wording.pattern("prose_language").search(statement))
        ):
            fixed = Said(f"fixed:{always[1]}", number)
        task = wording.pattern("task_name_in").search(statement) if "task_name" in statement else None
        if not task:
            continue
        language = wording.pattern("language_in").search(statement)
        rule = _language_rule(language[1]) if language else "absent"
        heading = document.section_of(number)
        early = bool(heading and about.search(heading.text))
        body = Said((task[1] or task[2]).strip(), number), Said(rule, number)
        others.append(body)
        if best is None or (best[0] and not early) or (best[0] == early and best[2].value == "absent" != rule):
            best = early, *body
    if best is None:
        return None, fixed
    other = next((said for said, _ in others if said.value != best[1].value), None)
    if other:
        message = f"Two task names: {best[1].value!r} (line {best[1].line}) is used, not {other.value!r}."
        findings.append(Finding("contradictory-session", "warning", other.line, message))
    return best[1], fixed or best[2]


def _language_rule(value: str) -> str:
    return f"fixed:{value}" if _TAG.match(value) and value.lower() not in ("lang", "xx") else "detected"


def platform_words(document: SkillDocument) -> Mapping[str, Said]:
    """Install-path marker -> platform word, as the document lists them; a bare word gets its family marker."""
    listed: dict[str, Said] = {}
    for number, line in document.body():
        if "/" in line and ("/." in line or "`." in line or '".' in line):
            near = _PLATFORM_CONTEXT.search(line)
            found = list(_WORD_FIRST.finditer(line[:4000])) if near else []
            found = found or [
                match
                for form in ((_MARKER_FIRST,) if near else ()) + (_MARKER_BESIDE,)
                for match in form.finditer(line[:4000])
            ]
            for match in found:
                if ".config" not in match["path"] and match["word"].lower() not in ("unknown", "if", "then"):
                    listed.setdefault(match["path"], Said(match["word"], number))
        if not listed and "X-Skill-Platform" in line:
            for marker, word in wording.family()["platforms"]:
                if re.search(rf"`{word}`", line):
                    listed[marker] = Said(word, number)
    return listed
