"""One film in a process that does nothing else: `one_film.py JOB.json [film|first|sheet|look]`."""

import json
import sys
from pathlib import Path

from api import Draft
from studio.model import RenderOptions

OPTIONS = RenderOptions(preset="veryfast", crf=20)


def main(job: str, what: str = "film") -> None:
    told = json.loads(Path(job).read_text(encoding="utf-8"))
    draft = Draft.model_validate(told["draft"])
    media = {key: Path(path) for key, path in told["media"].items()}
    if what == "first":
        from studio.render import render_still  # noqa: PLC0415 - each loads its own part of the engine

        render_still(draft, media, OPTIONS, at_ms=0).save(told["out"] + ".jpg", quality=90)
    elif what == "sheet":
        from studio.render import sheet_bytes  # noqa: PLC0415

        Path(told["out"] + ".sheet.jpg").write_bytes(sheet_bytes(draft, media))
    elif what == "look":
        from studio.render import quick_film  # noqa: PLC0415

        quick_film(draft, media, Path(told["out"] + ".small.mp4"))
    else:
        from studio.render import render_film  # noqa: PLC0415

        render_film(draft, media, Path(told["out"]), OPTIONS)


if __name__ == "__main__":
    main(*sys.argv[1:])
