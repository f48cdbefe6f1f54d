"""What each trait of the family compiles to. Adding a trait is a document and its expectations, no Python."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from skill.document import compile_plan, inspect_json, load_skill, parse

TRAITS = Path(__file__).parent / "traits"
DOCUMENTS = sorted(TRAITS.glob("*.md"))


def said(shown: dict[str, Any], key: str) -> Any:
    """A value of the inspection, without the rows our defaults added."""
    value = shown[key]
    if key in ("routes", "replies", "errors"):
        return [row for row in value if not row.get("default")]
    return value


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_means_what_it_says(path: Path) -> None:
    expected = yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))
    rules = expected.pop("rules")
    shown = inspect_json(load_skill(path))
    assert {key: said(shown, key) for key in expected} == expected
    assert {found["rule"] for found in shown["findings"]} == set(rules)


def unlined(value: Any) -> Any:
    """The inspection without findings and line numbers."""
    if isinstance(value, dict):
        return {key: unlined(item) for key, item in value.items() if key not in ("line", "findings")}
    return [unlined(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.encode().decode("latin-1"),
        lambda text: text.encode().decode("cp1252", errors="replace") if "\ufffd" not in text else text,
        lambda text: text.encode().decode("latin-1").encode().decode("latin-1"),
    ],
    ids=["crlf and bom", "latin-1 mojibake", "cp1252 mojibake", "mojibake twice"],
)
def test_damage_on_the_way_changes_nothing(path: Path, damage: Any) -> None:
    text = path.read_text(encoding="utf-8")
    damaged = damage(text)
    if "\ufffd" in damaged:
        damaged = text.replace("✅", "âœ…").replace("→", "â†’")
    whole, hurt = (inspect_json(compile_plan(parse(source))) for source in (text, damaged))
    assert unlined(hurt) == unlined(whole)
    assert [row["line"] for row in hurt["routes"]] == [row["line"] for row in whole["routes"]]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_blank_lines_carry_no_meaning(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---"):
        pytest.skip("without fences a blank line ends the frontmatter")
    dense = "\n".join(line for line in text.split("\n") if line.strip())
    assert unlined(inspect_json(compile_plan(parse(dense)))) == unlined(inspect_json(compile_plan(parse(text))))
