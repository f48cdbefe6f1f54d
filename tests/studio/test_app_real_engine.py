"""The studio with its own engine: photographs in, a film that decodes out."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest
from PIL import Image

from studio import Studio

from .conftest import Lab

pytestmark = pytest.mark.anyio


def jpeg(color: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), color).save(data, "JPEG")
    return data.getvalue()


async def test_two_photographs_become_a_film_of_the_drafts_length_and_size(lab: Lab, tmp_path: Path) -> None:
    async with lab.caller(Studio(lab.home)) as caller:
        refused = await caller.upload(("notes.jpg", b"these are words"))
        assert (refused["code"], "notes.jpg" in refused["message"]) == (4001, True)
        files = (await caller.upload(("red.jpg", jpeg("red")), ("blue.jpg", jpeg("blue"))))["data"]["files"]
        assert [(file["width"], file["height"]) for file in files] == [(400, 300)] * 2
        first, second = ({"source": file["id"], "motion": "ken-burns"} for file in files)
        dissolve = {"transition": "cross-dissolve", "transition_ms": 400}
        clips = [{"d": 1000, "m": first | dissolve}, {"d": 1000, "m": second}]
        draft = {"t": [{"tt": 0, "sg": clips}], "m": {"width": 320, "height": 180, "fps": 25}}
        await caller.export("render_1", draft)
        answer = await caller.film("render_1")
        assert answer["status"] == "completed", answer
        film = await caller.http.get(answer["output"]["url"], headers=caller.headers)
    path = tmp_path / "film.mp4"
    path.write_bytes(film.content)
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24")[90, 160] for frame in container.decode(video=0)]
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate, len(frames)) == (320, 180, 25, 40)
    assert frames[2][0] > 150 > frames[2][2]
    assert frames[-3][2] > 150 > frames[-3][0]
