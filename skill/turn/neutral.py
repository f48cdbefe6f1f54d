"""Takes the sting out of words that come from outside: control characters and directives that a host would obey."""

from __future__ import annotations

import re

from api import TOKEN

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
# A host attaches the file that such a line names. Source: OpenClaw's exec tool, advisory GHSA-jjgj-cpp9-cvpv.
_DIRECTIVE = re.compile(r"(?im)^(\W*media):(?=\s*\S)")
# A token that signs requests, should a backend quote one. Source: SKILL.md, "Automatic Setup": never shown.
_TOKEN = re.compile(TOKEN)

# half a character, as a name that is no UTF-8 has, or what would begin a new line or header
_UNNAMEABLE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"  # compiled by the first turn with files


def safe_name(name: str) -> str:
    """A file's name as it can be shown and sent anywhere: what no text can hold becomes an underscore."""
    return re.sub(_UNNAMEABLE, "_", name)


def neutral(text: str) -> str:
    """The same words without terminal codes, text-direction tricks, host directives and tokens."""
    return _TOKEN.sub("…", _DIRECTIVE.sub(r"\1 -", _CONTROL.sub("", text.replace("\r\n", "\n"))))
