"""Runs one chat turn inside your own program: photos in, events out.

Where the package is installed (pip install ".[studio]"), from this project's folder:
    python examples/embed.py "make a 6-second square video of these" examples/photos/*.jpg
"""

import sys

import anyio

from skill import Skillturn, Text


async def main(words: str, photos: list[str]) -> None:
    async with Skillturn(skill=".", home=".skillturn", backend="local") as skill:
        async for event in skill.turn(words, files=photos):
            print(event.text if isinstance(event, Text) else event)


anyio.run(main, sys.argv[1], sys.argv[2:])
