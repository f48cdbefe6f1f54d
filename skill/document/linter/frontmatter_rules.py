"""Rules about the frontmatter. Sources: the Agent Skills specification and ClawHub's publishing rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from ..frontmatter import Value
from ..plan import Finding
from .subject import Subject

_FIELDS = frozenset(("name", "description", "license", "compatibility", "metadata", "allowed-tools"))
_MAX_NAME = 64
_MAX_DESCRIPTION = 1024
_MAX_SUMMARY = 300
_MAX_COMPATIBILITY = 500
_FLOW = re.compile(r"^\s*(?:-\s+)?[\w.-]+\s*:\s+[\[{]|^\s*-\s+[\[{]")
_TAGGED = re.compile(r"^\s*(?:-\s+)?[\w.-]+\s*:\s+[!&*]")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ENV_USE = re.compile(r"\$\{?([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b|`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`")
_ASSIGNED = re.compile(r"(?:^|[\s;`$])(?:export\s+)?([A-Z][A-Z0-9_]+)`?\s*=(?!=)")
_SHELL_OWN = re.compile(r"^(?:XDG_|LC_|BASH_|SSH_|GIT_|USER_WORDS$)")
_ABOUT_ENV = re.compile(r"\benv(?:ironment)?\b|variable|环境|变量|\bset\b|\bunset\b", re.IGNORECASE)
_GETS_TOKEN = re.compile(r"anonymous[- ]token|auto-?generated|free token", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about fields, limits and declarations."""
    front = subject.document.frontmatter
    if not front.values or front.aside:
        return
    at = front.lines.get
    name = front.text("name") or ""
    yield from _name(name, at("name"), subject)
    description = front.values.get("description")
    text = description if isinstance(description, str) else ""
    if not text.strip():
        yield Finding("no-description", "error", at("description"), "The frontmatter has no description.")
    elif len(text) > _MAX_DESCRIPTION:
        message = f"The description has {len(text)} characters; {_MAX_DESCRIPTION} is the limit."
        yield Finding("description-too-long", "error", at("description"), message)
    elif len(text) > _MAX_SUMMARY:
        message = f"The description has {len(text)} characters; a registry's summary holds {_MAX_SUMMARY}."
        yield Finding("summary-too-long", "warning", at("description"), message)
    compatibility = front.values.get("compatibility")
    if compatibility is not None and (not isinstance(compatibility, str) or len(compatibility) > _MAX_COMPATIBILITY):
        message = f"`compatibility` is no text of at most {_MAX_COMPATIBILITY} characters."
        yield Finding("compatibility-too-long", "error", at("compatibility"), message)
    for field in front.values:
        if field not in _FIELDS:
            yield Finding("unknown-field", "error", at(field), f"The specification has no field `{field}`.")
    yield from _fences(subject)
    yield from _flow(subject)
    yield from _declarations(subject)


def _name(name: str, line: int | None, subject: Subject) -> Iterator[Finding]:
    """As the reference validator judges: any script's letters, lower case, single hyphens inside."""
    if not name:
        return
    folded = unicodedata.normalize("NFKC", name)
    shaped = folded == folded.lower() and not folded.startswith("-") and not folded.endswith("-")
    clean = all(char.isalnum() or char == "-" for char in folded) and "--" not in folded
    if not shaped or not clean or len(folded) > _MAX_NAME:
        yield Finding("name-format", "error", line, f"{name[:80]!r} is no valid name.")
    if subject.folder and unicodedata.normalize("NFKC", subject.folder.name) != folded:
        message = f"The folder is called {subject.folder.name!r}, the skill {name[:80]!r}."
        yield Finding("name-folder", "error", line, message)


def _fences(subject: Subject) -> Iterator[Finding]:
    """The block stands between two fences, the first on the file's first line, and holds what YAML can."""
    front, lines = subject.document.frontmatter, subject.raw.split("\n")
    first = next((line.strip() for line in subject.document.lines if line.strip()), "")
    if first.startswith("---") and not lines[0].startswith(("---", "\ufeff---")):
        yield Finding("unfenced-frontmatter", "error", 1, "Something stands before the frontmatter's first line.")
    elif first.startswith("---") and "---" not in "\n".join(lines).removeprefix("\ufeff")[3:]:
        yield Finding("unfenced-frontmatter", "error", 1, "The frontmatter is never closed.")
    for number, line in enumerate(lines[: front.body], 1):
        if _UNREADABLE.search(line) or _TAGGED.match(line):
            message = "Strict readers refuse this line: a tag, an alias or a character YAML does not allow."
            yield Finding("frontmatter-refused", "error", number, message)
            break


def _flow(subject: Subject) -> Iterator[Finding]:
    """The reference validator reads a strict YAML without braces and brackets."""
    front = subject.document.frontmatter
    quoted = None
    for number, line in enumerate(subject.document.lines[: front.body], 1):
        indent = len(line) - len(line.lstrip())
        if quoted is not None and (indent > quoted or not line.strip()):
            continue
        quoted = indent if re.search(r":\s*[>|][+-]?\s*$", line) else None
        if _FLOW.match(line):
            yield Finding("flow-style", "error", number, "A value in braces or brackets: validators refuse it.")


def _declarations(subject: Subject) -> Iterator[Finding]:
    """What the document uses, against what metadata.openclaw says about it."""
    openclaw = _metadata(subject)
    required = _listed(_mapping(openclaw.get("requires")).get("env"))
    primary = openclaw.get("primaryEnv")
    declared = {*required, *(_named(openclaw.get("envVars"))), *((primary,) if isinstance(primary, str) else ())}
    line = subject.document.frontmatter.lines.get("metadata")
    free = any(_GETS_TOKEN.search(text) for _, text in subject.document.body())
    for variable in required:
        if free and "TOKEN" in variable:
            message = f"`requires.env` lists {variable}, which the document can do without."
            yield Finding("optional-token-required", "warning", line, message)
    if openclaw.get("always") == "true" or subject.document.frontmatter.text("always") == "true":
        yield Finding("always-on", "warning", line, "The skill asks to be loaded always.")
    licence = subject.document.frontmatter.text("license")
    if licence and licence.upper() not in ("MIT-0", "MIT-0 (SEE LICENSE)"):
        at = subject.document.frontmatter.lines.get("license")
        yield Finding("licence-differs", "info", at, f"The licence is {licence!r}; ClawHub publishes under MIT-0.")
    for variable, number in _used(subject).items():
        if variable not in declared:
            yield Finding("undeclared-env", "warning", number, f"{variable} is read but not declared.")


def _used(subject: Subject) -> dict[str, int]:
    """Environment variables the body reads (not those it sets itself), each with its first line."""
    own: set[str] = set()
    used: dict[str, int] = {}
    for number, line in subject.document.body():
        own.update(match[1] for match in _ASSIGNED.finditer(line) if f"${{{match[1]}:-" not in line)
        for match in _ENV_USE.finditer(line):
            variable = match[1] or match[2]
            if _SHELL_OWN.match(variable) or (match[2] and not _ABOUT_ENV.search(line) and "_TOKEN" not in variable):
                continue
            used.setdefault(variable, number)
    return {variable: number for variable, number in used.items() if variable not in own}


def _metadata(subject: Subject) -> Mapping[str, Value]:
    whole = _mapping(subject.document.frontmatter.values.get("metadata"))
    known = (_mapping(whole.get(name)) for name in ("openclaw", "clawdbot", "clawdis"))
    inner: Mapping[str, Value] = next((found for found in known if found), {})
    return {**whole, **inner}


def _mapping(value: Value | None) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}


def _listed(value: Value | None) -> tuple[str, ...]:
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()


def _named(value: Value | None) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else ()
    named = (entry if isinstance(entry, str) else _mapping(entry).get("name") for entry in entries)
    return tuple(name for name in named if isinstance(name, str))
