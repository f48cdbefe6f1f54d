"""Real documents of the family, fact by fact, where they lie beside the checkout."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from skill.document import inspect_json, inspect_page, load_skill

HERE = Path(__file__).parent
BESIDE = HERE.parent.parent.parent / "shared"
FACTS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "family_facts.yaml").read_text(encoding="utf-8"))
FLAGS = {True: "skips", False: "chats", None: "silent"}


def event_of(row: dict[str, Any]) -> str:
    return "rest" if row["catch_all"] else row["event"] or ""


def facts_of(shown: dict[str, Any]) -> dict[str, Any]:
    """The inspection in the shape of the facts, without the rows our defaults added."""
    routes, replies, errors = (
        [row for row in shown[key] if not row.get("default")] for key in ("routes", "replies", "errors")
    )
    return {
        "skill": [shown["skill"]["name"], shown["skill"]["version"]],
        "routes": [
            [row["line"], "+".join(row["actions"]), FLAGS[row["skip_sse"]], len(row["triggers"]), event_of(row)]
            for row in routes
        ],
        "replies": [[row["line"], row["action"]] for row in replies],
        "errors": [[row["line"], row["code"], row["recovery"]] for row in errors],
        **{key: list(shown[key].values()) for key in ("stream", "export", "api")},
        "client_id": shown["client_id"]["persisted"],
        "platforms": sorted((shown["attribution"]["platforms"] or {}).values()),
        "formats": len(shown["formats"] or ()),
        "draft_keys": " ".join(shown["draft_keys"] or ()),
        "rules": sorted({found["rule"] for found in shown["findings"]}),
    }


@pytest.mark.parametrize("name", FACTS)
def test_a_real_document_means_what_it_says(name: str) -> None:
    path = BESIDE / name
    if not path.is_file():
        pytest.skip("these documents lie beside the checkout on some machines only")
    plan = load_skill(path)
    assert facts_of(inspect_json(plan)) == FACTS[name]
    assert plan.runnable
    assert {row.actions[0] for row in plan.routing.rows} >= {"export", "credits", "status", "upload", "chat"}
    assert inspect_page(plan)
    lines = path.read_text(encoding="utf-8").split("\n")
    for row in plan.routing.rows:
        assert row.line is None or all(phrase in lines[row.line - 1] for phrase in row.phrases)
