"""What is heard in a film: made music, the user's own, clips' sound, voice; and clips as pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from api import Draft
from studio.model import RenderOptions
from studio.render import RenderError, draft_of, probe, render_film

RATE = 48_000


def tone(path: Path, hz: float, seconds: float, rate: int = 44_100) -> str:
    """A mono sine as a wav; its id."""
    wave = (np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate) * 12_000).astype(np.int16)
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return probe(path, path.name).id


def clip(path: Path) -> str:
    """Two seconds, red then blue, with a 500 Hz tone."""
    with av.open(str(path), "w", format="mp4") as container:
        video, audio = container.add_stream("libx264", rate=25), container.add_stream("aac", rate=RATE, layout="stereo")
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        for index in range(50):
            color = (220, 30, 30) if index < 25 else (30, 30, 220)
            picture = av.VideoFrame.from_ndarray(np.full((90, 160, 3), color, np.uint8), format="rgb24")
            picture.pts, picture.time_base = index, Fraction(1, 25)
            container.mux(video.encode(picture))
        wave = np.sin(2 * np.pi * 500 * np.arange(2 * RATE) / RATE).astype(np.float32) * 0.3
        sound = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
        sound.sample_rate = RATE
        container.mux([*video.encode(None), *audio.encode(sound), *audio.encode(None)])
    return probe(path, path.name).id


def film(tmp_path: Path, *tracks: dict[str, object], files: dict[str, Path], seconds: float = 3) -> Path:
    Image.new("RGB", (160, 90), (90, 120, 60)).save(tmp_path / "p.png")
    shot = probe(tmp_path / "p.png", "p.png")
    base = draft_of([shot], seconds=seconds, width=160, height=90, fps=25, motion="none").model_dump()
    own_picture = any(track["tt"] == 0 for track in tracks)
    draft = Draft.model_validate({**base, "t": [*([] if own_picture else base["t"]), *tracks]})
    out = tmp_path / "film.mp4"
    render_film(draft, {shot.id: tmp_path / "p.png", **files}, out, RenderOptions(preset="ultrafast"))
    return out


def heard(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        assert container.streams.audio[0].rate == RATE and container.streams.audio[0].codec_context.name == "aac"
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1).T.astype(np.float32)


def music(source: str | None = None, length_ms: int = 3000, **meta: object) -> dict[str, object]:
    return {"tt": 1, "m": {"role": "music"}, "sg": [{"d": length_ms, "m": {"start_ms": 0, "source": source, **meta}}]}


def level(samples: NDArray[np.float32], start_s: float, end_s: float) -> float:
    return float(np.sqrt((samples[int(start_s * RATE) : int(end_s * RATE)] ** 2).mean()))


def pitch(samples: NDArray[np.float32], start_s: float, end_s: float) -> float:
    part = samples[int(start_s * RATE) : int(end_s * RATE)].mean(axis=1)
    return float(np.fft.rfftfreq(len(part), 1 / RATE)[int(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax())])


def test_made_music_lasts_as_long_as_the_film_at_the_volume_asked(tmp_path: Path) -> None:
    full = heard(film(tmp_path, music(mood="lo-fi"), files={}))
    third = heard(film(tmp_path, music(mood="lo-fi", volume=0.35), files={}))
    assert abs(len(full) / RATE - 3) < 0.05
    assert level(full, 0.2, 2) > 0.03
    assert level(third, 0.2, 2) / level(full, 0.2, 2) == pytest.approx(0.35, abs=0.03)


def test_the_users_music_starts_where_asked_loops_and_fades_out(tmp_path: Path) -> None:
    wav = tmp_path / "song.wav"
    source = tone(wav, 440, 1.6)
    samples = heard(film(tmp_path, music(source, from_ms=100, fade_out_ms=800), files={source: wav}))
    assert pitch(samples, 0.5, 1.0) == pytest.approx(440, abs=4) and pitch(samples, 1.7, 2.1) == pytest.approx(
        440, abs=4
    )
    assert level(samples, 1.0, 2.0) > 0.15 and level(samples, 2.93, 3.0) < 0.06


def test_music_makes_way_for_a_voice(tmp_path: Path) -> None:
    song, speech = tmp_path / "song.wav", tmp_path / "speech.wav"
    sources = {tone(song, 440, 4): song, tone(speech, 1200, 1): speech}
    voice = {"tt": 1, "m": {"role": "voice"}, "sg": [{"d": 1000, "m": {"start_ms": 1000, "source": [*sources][1]}}]}
    samples = heard(film(tmp_path, music(next(iter(sources)), fade_out_ms=0), voice, files=sources))

    def of(hz: float, start: float, end: float) -> float:
        part = samples[int(start * RATE) : int(end * RATE)].mean(axis=1)
        return float(np.abs(np.exp(-2j * np.pi * hz * np.arange(len(part)) / RATE) @ part) / len(part))

    assert of(440, 1.3, 1.8) < 0.5 * of(440, 0.1, 0.5) and of(1200, 1.3, 1.8) > 0.05
    assert of(440, 2.6, 2.9) > 0.8 * of(440, 0.1, 0.5)


def words(text: str, language: str, start_ms: int = 0) -> dict[str, object]:
    meta = {"start_ms": start_ms, "text": text, "voice": language}
    return {"tt": 1, "m": {"role": "voice"}, "sg": [{"d": 500, "m": meta}]}


def test_a_voice_over_is_read_aloud_to_its_end(tmp_path: Path) -> None:
    samples = heard(film(tmp_path, words("Good morning from the hills.", "en", start_ms=500), files={}))
    assert level(samples, 0, 0.45) < 1e-3
    assert level(samples, 0.6, 1.6) > 0.02  # beyond the half second that the timeline guessed
    spectrum = np.abs(np.fft.rfft(samples[RATE // 2 : 2 * RATE].mean(axis=1)))
    hertz = np.fft.rfftfreq(3 * RATE // 2, 1 / RATE)
    assert spectrum[(hertz > 80) & (hertz < 4000)].sum() > 0.7 * spectrum.sum()  # speech, not noise


def test_words_that_no_voice_reads_leave_the_film_its_other_sound(tmp_path: Path) -> None:
    alone = film(tmp_path, words("Witamy w domu", "pl"), files={})
    with av.open(str(alone)) as container:
        assert not container.streams.audio
    silent = film(tmp_path, words("...", "en"), files={})
    with av.open(str(silent)) as container:
        assert container.streams.video[0].frames == 75
    assert level(heard(film(tmp_path, words("Witamy", "pl"), music(mood="calm"), files={})), 0.2, 2) > 0.01


def test_a_clip_is_cut_in_with_its_own_sound(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    source = clip(path)
    shots = {"tt": 0, "m": {}, "sg": [{"d": 1400, "m": {"source": source, "from_ms": 400}}]}
    out = film(tmp_path, shots, files={source: path}, seconds=1.4)
    with av.open(str(out)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 35
    reds = [int(frame[45, 80, 0]) for frame in frames]
    assert reds[13] > 190 and reds[17] < 60  # from_ms is obeyed to within a frame or two
    assert pitch(heard(out), 0.3, 1.0) == pytest.approx(500, abs=4)


def test_a_muted_clip_is_silent_and_a_silent_film_has_no_audio_track(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    source = clip(path)
    shots = {"tt": 0, "m": {}, "sg": [{"d": 1000, "m": {"source": source, "volume": 0}}]}
    with av.open(str(film(tmp_path, shots, files={source: path}, seconds=1))) as container:
        assert not container.streams.audio


def test_a_file_without_sound_is_refused_by_name(tmp_path: Path) -> None:
    Image.new("RGB", (60, 60)).save(tmp_path / "b.png")
    with pytest.raises(RenderError, match=r"no sound in song\.mp3"):
        film(tmp_path, music("x", name="song.mp3"), files={"x": tmp_path / "b.png"})
    with pytest.raises(RenderError, match=r"song\.mp3 is not here any more"):
        film(tmp_path, music("y", name="song.mp3"), files={})
