"""SKILL.md into a plan. Names resolve on first use: a cached plan needs no Markdown or YAML reader."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attribution import attribution_headers
    from .compile import compile_plan
    from .inspect import inspect_json, inspect_page
    from .load import DocumentError, load_skill, shared_plan
    from .markdown import SkillDocument, parse
    from .plan import (
        ApiRules,
        AttributionRules,
        ErrorRow,
        ExportRules,
        Finding,
        Identity,
        Recovery,
        SkillPlan,
        StreamRules,
    )

_HOME = {
    name: module
    for module, names in {
        "attribution": ("attribution_headers",),
        "compile": ("compile_plan",),
        "inspect": ("inspect_json", "inspect_page"),
        "load": ("DocumentError", "load_skill", "shared_plan"),
        "markdown": ("SkillDocument", "parse"),
        "plan": (
            "ApiRules",
            "AttributionRules",
            "ErrorRow",
            "ExportRules",
            "Finding",
            "Identity",
            "Recovery",
            "SkillPlan",
            "StreamRules",
        ),
    }.items()
    for name in names
}

__all__ = [
    "ApiRules",
    "AttributionRules",
    "DocumentError",
    "ErrorRow",
    "ExportRules",
    "Finding",
    "Identity",
    "Recovery",
    "SkillDocument",
    "SkillPlan",
    "StreamRules",
    "attribution_headers",
    "compile_plan",
    "inspect_json",
    "inspect_page",
    "load_skill",
    "parse",
    "shared_plan",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
