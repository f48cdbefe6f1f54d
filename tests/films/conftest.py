"""Photographs made from the examples, and a client that makes films of them the way a host does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from PIL import Image, ImageOps

from api import Auth, Client, ClientIds, Draft, SystemClock, TextPart, TokenStore, open_http
from studio import LocalTransport

EXAMPLES = Path(__file__).parents[2] / "examples" / "photos"
HEADERS = {"X-Skill-Source": "image-to-video-generator", "X-Skill-Version": "1.0", "X-Skill-Platform": "unknown"}
LONG_SIDE = 720  # px of the photos uploaded here: plenty for films 480 px high


@dataclass(frozen=True)
class Made:
    """A finished film, the draft it was made from and what the agent said."""

    path: Path
    draft: Draft
    reply: str


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Twelve different pictures: the eight examples, made small, and mirrored crops of four of them."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, path in enumerate(sorted(EXAMPLES.glob("*.jpg"))):
        with Image.open(path) as image:
            image.thumbnail((LONG_SIDE, LONG_SIDE))
            image.save(folder / path.name, quality=90)
            if number % 2 == 0:
                width, height = image.size
                corner = ImageOps.mirror(image).crop((width // 5, height // 5, width, height))
                corner.save(folder / f"{path.stem}-mirrored.jpg", quality=90)
    return sorted(folder.glob("*.jpg"))


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """An upright picture of two people."""
    with Image.open(EXAMPLES / "02-two-friends.jpg") as image:
        width, height = image.size
        image.crop((width // 4, 0, width // 4 + height * 3 // 4, height)).save(tmp_path / "portrait.jpg", quality=92)
    return tmp_path / "portrait.jpg"


@asynccontextmanager
async def _client(home: Path) -> AsyncIterator[Client]:
    clock = SystemClock()
    auth = Auth(
        "http://studio.local",
        given=None,
        tokens=TokenStore(home / "tokens.json"),
        client_ids=ClientIds(home / "client_id"),
    )
    async with open_http("http://studio.local", transport=LocalTransport(home, clock=clock)) as http:
        client = Client(http, auth=auth, attribution=HEADERS, clock=clock, idempotent=True)
        await client.sign_in()
        await client.create_session(task_name="project", language="en")
        yield client


Filmed = Callable[..., Awaitable[Made]]


@pytest.fixture
def film(tmp_path: Path) -> Filmed:
    """Upload, say the prompt, export with these output options: over the API, against the studio in this process."""

    async def made(photos: Sequence[Path], prompt: str, **output: object) -> Made:
        async with _client(tmp_path / "studio") as client:
            for photo in photos:
                await client.upload_file(photo, name=photo.name, media_type="image/jpeg")
            async with client.send(prompt, message_id="first") as events:
                said = [event.text async for event in events if isinstance(event, TextPart) and not event.partial]
            state = await client.latest_state()
            assert state.draft is not None and state.raw_draft is not None
            render = await client.start_render("render_1", state.raw_draft, **output)
            with anyio.fail_after(120):
                while render.status not in ("completed", "failed"):
                    await anyio.sleep(0.2)
                    render = await client.render_status("render_1")
            assert render.status == "completed", render.message
            await client.download(render.url, "render_1", tmp_path / "film.mp4")
        return Made(tmp_path / "film.mp4", state.draft, "".join(said))

    return made
