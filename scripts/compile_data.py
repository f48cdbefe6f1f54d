"""Compiles the YAML data of the rooms to JSON, which a turn loads many times faster.

Run it after editing a data file; a test in each room sees that source and compiled file agree.
    python scripts/compile_data.py
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import yaml

from router.compiling import languages_form, lexicon_form, witnesses_form
from router.replies.compiling import reply_form, reply_verbs_form
from router.replies.lexicon import LATIN

ROOT = Path(__file__).parent.parent
FOLDERS = (
    "api",
    "router/lexicon",
    "router/lexicon/requests",
    "router/lexicon/replies",
    "skill/document/rules",
    "skill/turn/messages",
    "studio/agent/lexicon",
    "studio/data",
    "studio/music/data",
    "studio/render/data",
)


class Loader(yaml.CSafeLoader):
    """Safe YAML in which `no`, `on` and `yes` are words, because lexicons are full of them (as in YAML 1.2)."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read(source: Path) -> Any:
    """What a YAML file says. Raises yaml.YAMLError with the place of a mistake."""
    return yaml.load(source.read_text(encoding="utf-8"), Loader=Loader)


def form_of(source: Path) -> Any:
    """A file's data in the form its room reads it: as it stands, or sorted out for looking up."""
    data = read(source)
    make = FORMS.get(source.relative_to(ROOT).as_posix()) or FORMS.get(source.parent.relative_to(ROOT).as_posix())
    return make(data) if make else data


def compiled(data: Any) -> str:
    """The JSON text of compiled data, or of a YAML file given by its path."""
    if isinstance(data, Path):
        data = form_of(data)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def requests_form(data: Any) -> Any:
    """A request lexicon, its words worth guessing at when mistyped among it."""
    frames = read(ROOT / "router/lexicon/frames.yaml")
    return lexicon_form(data, frozenset(frames["sets"]["misspelt_tags"]))


def witnesses() -> dict[str, str]:
    """Which Latin-script lexicons know a word: no file's form, but gathered from all of them."""
    languages = read(ROOT / "router/lexicon/languages.yaml")
    latin = [tag for tag, entry in languages.items() if entry["script"] == "latin"]
    return witnesses_form({tag: form_of(ROOT / f"router/lexicon/requests/{tag}.yaml") for tag in latin})


def reply_verbs() -> dict[str, dict[str, str]]:
    """Which Latin-script reply lexicons have a word in a verb: gathered from all of them, too."""
    return reply_verbs_form({tag: read(ROOT / f"router/lexicon/replies/{tag}.yaml") for tag in LATIN})


FORMS: dict[str, Callable[[Any], Any]] = {
    "router/lexicon/requests": requests_form,
    "router/lexicon/replies": reply_form,
    "router/lexicon/languages.yaml": languages_form,
}


def main() -> None:
    for folder in FOLDERS:
        for source in sorted((ROOT / folder).glob("*.yaml")):
            target = source.parent / "compiled" / f"{source.stem}.json"
            target.parent.mkdir(exist_ok=True)
            target.write_text(compiled(form_of(source)), encoding="utf-8")
    gathered = {"witnesses": witnesses(), "reply_verbs": reply_verbs()}
    for name, form in gathered.items():
        (ROOT / f"router/lexicon/compiled/{name}.json").write_text(compiled(form), encoding="utf-8")


if __name__ == "__main__":
    main()
