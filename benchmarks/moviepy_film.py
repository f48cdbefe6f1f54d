"""The benchmark's film by MoviePy, in whatever environment has it: `moviepy_film.py JOB.json`.

MoviePy asks for an older Pillow than the engine uses, so it is run by an interpreter of its own and imports nothing of
ours. The recipe is the one of its documentation: images resized by a function of time, cross-faded, composed.
"""

import json
import sys
from pathlib import Path

from moviepy import CompositeVideoClip, ImageClip, vfx


def main(job: str) -> None:
    told = json.loads(Path(job).read_text(encoding="utf-8"))
    width, height, fps = told["width"], told["height"], told["fps"]
    clips = []
    for shot in told["shots"]:
        seconds, lead_in = shot["frames"] / fps, shot["lead_in"] / fps
        photo = ImageClip(shot["path"], duration=seconds)
        cover = max(width / photo.w, height / photo.h)
        covering = photo.resized(cover).cropped(
            width=width, height=height, x_center=photo.w * cover / 2, y_center=photo.h * cover / 2
        )
        nearer = covering.resized(lambda t, seconds=seconds: 1 + 0.1 * t / seconds)
        clip = CompositeVideoClip([nearer.with_position("center")], size=(width, height)).with_duration(seconds)
        clips.append(clip.with_start(shot["first"] / fps).with_effects([vfx.CrossFadeIn(lead_in)] if lead_in else []))
    film = CompositeVideoClip(clips, size=(width, height)).with_duration(told["frames"] / fps)
    film.write_videofile(
        told["out"], fps=fps, codec="libx264", preset="veryfast", ffmpeg_params=["-crf", "20"], audio=False, logger=None
    )


if __name__ == "__main__":
    main(sys.argv[1])
