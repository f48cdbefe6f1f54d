"""Replies in the user's language: changes, summaries and next steps as sentences. All wording is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from api import Draft, Segment

from .differences import Change
from .edits import is_clip, overlap, own_times, pictures, rate, sounds, texts
from .words import lexicon, spoken_languages

FALLBACK = "en"
_NAMES_SHOWN = 10
_ALIKE_MS = 70  # photos' times that differ by no more are the same to a reader
_LONGEST_ECHO, _ECHOES = 80, 3  # of the user's own words, when something was not done
_OPEN_TO_QUOTE = str.maketrans({"“": "'", "”": "'"})


@lru_cache(maxsize=16)
def wording(language: str) -> Wording:
    """The wording of a language; English where a language has none yet."""
    own = lexicon(f"replies.{language}") or lexicon(f"replies.{language.partition('-')[0]}")
    return Wording(own or lexicon(f"replies.{FALLBACK}"))


@dataclass(frozen=True, slots=True)
class Wording:
    """data: table -> key -> wording, as in the replies files."""

    data: Mapping[str, Mapping[str, str]]

    def say(self, key: str, **values: object) -> str:
        """A sentence with its {values} filled in. Raises KeyError for a key the data lacks."""
        return self.data["say"][key].format(**values)

    def word(self, key: str, **values: object) -> str:
        """A word or phrase with its {values} filled in."""
        return self.data["words"][key].format(**values)

    def term(self, table: str, value: str | None) -> str:
        """What people call a value of the draft; the value itself where there is no name for it."""
        return self.data[table].get(value or "", value or "")

    def looks(self, look: str) -> str:
        """The film's look; one made of several by the names of all of them."""
        return self.listed([self.term("look", part) for part in look.split("+")]) if look else ""

    def time(self, ms: float) -> str:
        """12.5 s; 1 min 30 s."""
        minutes, rest = divmod(round(ms), 60_000)
        if minutes and rest:
            return self.word("minutes", m=minutes, n=_short(rest / 1000))
        return self.word("minute", m=minutes) if minutes else self.word("second", n=_short(rest / 1000))

    def photos(self, count: int) -> str:
        """1 photo, 8 photos."""
        return self.word("photo" if count == 1 else "photos", n=count).strip()

    def material(self, segments: Sequence[Segment]) -> str:
        """8 photos; 3 photos and 1 video clip."""
        clips = sum(1 for segment in segments if is_clip(segment))
        found = [self.photos(len(segments) - clips)] if len(segments) > clips or not clips else []
        if clips:
            found.append(self.word("video_clip" if clips == 1 else "video_clips", n=clips).strip())
        return self.listed(found)

    def listed(self, items: Sequence[str]) -> str:
        """a, b and c; long lists are cut short."""
        shown = list(items[:_NAMES_SHOWN])
        if len(items) > _NAMES_SHOWN:
            return self.word("joiner").join(shown) + " …"
        head = self.word("joiner").join(shown[:-1])
        return f"{head}{self.word('and')}{shown[-1]}" if head else "".join(shown)

    def shape(self, width: int, height: int) -> str:
        """vertical 9:16 (1080x1920)."""
        kind = "square" if width == height else "wide" if width > height else "vertical"
        return f"{self.word(kind)} {_ratio(width, height)} ({width}×{height})"

    def names(self, draft: Draft) -> str:
        """The photos by number and name."""
        return self.listed([f"{n} {s.meta.name or ''}".strip() for n, s in enumerate(pictures(draft), start=1)])

    def change(self, change: Change) -> str:
        """One difference as a sentence."""
        values = dict(change.values)
        key = change.key
        if key == "photos_removed" and len(values["numbers"]) > 1:
            key = "photos_removed_many"
        return _ended(self.say(key, **self._readable(key, values)))

    def foreign(self) -> str:
        """Which languages are understood, for a message in another one."""
        names = [lexicon(f"replies.{language}")["words"]["own_name"] for language in spoken_languages()]
        return self.say("foreign", languages=self.listed(names))

    def voices(self, languages: Sequence[str]) -> str:
        """Which languages can be read aloud here, for words in another one."""
        names = [
            lexicon(f"replies.{language}")["words"]["own_name"]
            for language in languages
            if language in spoken_languages()
        ]
        return self.say("voice_foreign", languages=self.listed(names or languages))

    def not_done(self, parts: Sequence[str]) -> str:
        """What was asked for and not done, in the user's own words."""
        shown = [" ".join(part.translate(_OPEN_TO_QUOTE).split()).strip(" ,，、;；") for part in dict.fromkeys(parts)]
        cut = [f"{part[:_LONGEST_ECHO]}…" if len(part) > _LONGEST_ECHO else part for part in shown[:_ECHOES]]
        return self.say("not_done", parts=self.listed([f"“{part}”" for part in cut]))

    def _readable(self, key: str, values: dict[str, Any]) -> dict[str, str]:
        ready = {name: str(value) for name, value in values.items()}
        if "ms" in values:
            ready["time"] = ready["length"] = self.time(values["ms"])
        if "each" in values:
            ready["each"] = self.time(values["each"])
        if "was" in values:
            ready["was"] = self.time(values["was"])
        if "numbers" in values:
            listed = self.listed([str(number) for number in values["numbers"]])
            many = "photo_n" if len(values["numbers"]) == 1 else "photo_ns"
            ready["numbers"] = listed
            ready["photo_numbers"] = self.word(many, n=listed)
            ready["photo_numbers_low"] = self.word(many + "_low", n=listed)
        if "names" in values:
            ready["names"] = self.listed(values["names"])
        if "count" in values and key in ("photos_added",):
            ready["added"] = str(values["added"])
        if "width" in values:
            ready["shape"] = self.shape(values["width"], values["height"])
        if "volume" in values:
            ready["volume"] = _percent(values["volume"])
        for table in ("motion", "transition", "position", "mood", "look"):
            if table in values:
                ready[table] = self.listed([self.term(table, part) for part in values[table].split("+")])
        if "start" in values:
            ready["range"] = self.word("range", a=self.time(values["start"]), b=self.time(values["end"]))
            color = self.data["color"].get(values["color"], values["color"])
            ready["color"] = self.word("in_color", color=color) if values["color"] not in ("", "#ffffff") else ""
            if values.get("size"):
                ready["color"] += self.word(values["size"])
        return ready

    def created(self, draft: Draft) -> str:
        """The first sentence about a new film."""
        segments = pictures(draft)
        joints = ""
        if len(segments) > 1:
            joints = self.say("created_joints", transition=self._joints(segments))
        return self.say(
            "created",
            photos=self.material(segments),
            length=self.time(draft.duration_ms) + self._each(segments),
            shape=self.shape(draft.meta.width or 0, draft.meta.height or 0),
            motion=self.say("created_motion", motion=motion) if (motion := self._motions(segments)) else "",
            joints=joints,
        )

    def _each(self, segments: Sequence[Segment]) -> str:
        """What each photo has of the film, where all have the same."""
        own = own_times(segments)
        if len(own) < 2 or max(own) - min(own) > _ALIKE_MS:
            return ""
        return self.word("each_of", each=self.time(round(sum(own) / len(own), -1)))

    def _joints(self, segments: Sequence[Segment]) -> str:
        kinds = dict.fromkeys((s.meta.transition or "cut") if overlap(s) else "cut" for s in segments[:-1])
        return self.listed([self.term("transition", kind) for kind in kinds])

    def _motions(self, segments: Sequence[Segment]) -> str:
        moving = [segment for segment in segments if segment.meta.motion or not is_clip(segment)]
        return self.listed(
            [self.term("motion", kind) for kind in dict.fromkeys(s.meta.motion or "none" for s in moving)]
        )

    def music(self, draft: Draft) -> str:
        """What plays, without its volume; "" when nothing does."""
        for sound in sounds(draft, "music")[:1]:
            if sound.meta.source:
                return self.word("your_file", name=sound.meta.name or "")
            return self.term("mood", sound.meta.mood)
        return ""

    def words_on_screen(self, draft: Draft) -> str:
        """The titles and captions with their times; "" when there are none."""
        found = [*texts(draft, "title"), *texts(draft, "caption")]
        return self.listed(
            [
                f"“{(t.meta.text or '').replace(chr(10), ' / ')}” ({_short((t.meta.start_ms or 0) / 1000)}-"
                f"{self.time((t.meta.start_ms or 0) + t.duration_ms)})"
                for t in found
            ]
        )

    def summary(self, draft: Draft) -> str:
        """The whole film in a few sentences."""
        return self.say("summary", **self.facts(draft))

    def photo(self, draft: Draft, index: int) -> str:
        """One photo of the film in a sentence."""
        segment, own = pictures(draft)[index], own_times(pictures(draft))[index]
        motion = self.term("motion", segment.meta.motion or "none")
        name = segment.meta.name or ""
        start = sum(own_times(pictures(draft))[:index])
        end = start + own
        shown = self.word("range", a=self.time(round(start, -1)), b=self.time(round(end, -1)))
        time = self.word("shown", time=self.time(round(own, -1)), range=shown)
        return self.say("answer_photo", n=index + 1, name=name, time=time, motion=motion)

    def facts(self, draft: Draft) -> dict[str, str]:
        """Everything an answer about the film may need, by name."""
        segments = pictures(draft)
        on_screen, music = self.words_on_screen(draft), self.music(draft)
        volume = _percent(sounds(draft, "music")[0].meta.volume) if music else ""
        look = self.looks(draft.meta.look or "")
        return {
            "photos": self.material(segments),
            "length": self.time(draft.duration_ms),
            "shape": self.shape(draft.meta.width or 1920, draft.meta.height or 1080),
            "fps": str(rate(draft)),
            "names": self.names(draft),
            "list": on_screen,
            "volume": volume,
            "joints": self.word("joints", transition=self._joints(segments))
            if len(segments) > 1
            else self.word("no_transition"),
            "motion_each": self.word("moves", motion=self._motions(segments)) if segments else "",
            "texts": self.say("summary_text", list=on_screen) if on_screen else "",
            "music": self.say("summary_music", music=music, volume=volume) if music else self.say("summary_no_music"),
            "music_name": music,
            "look": self.word("look_part", look=look) if look else "",
            "look_only": self.word("with_look", look=look) if look else self.word("no_look"),
        }

    def next_steps(self, keys: Sequence[str], **values: object) -> str:
        """Two things to say next."""
        steps = [self.data["steps"][key].format(**values) for key in keys[:2]]
        return self.say("next", steps=self.word("or").join(steps))

    def answer_as(self, topic: str, answer: str) -> str:
        """A short answer as a request about its topic: slides -> slides transition."""
        return self.data["answer"].get(topic, "{answer}").replace("{answer}", answer.strip(" .!。！"))

    def offer(self, key: str) -> str:
        """The request that a "yes" to an offer stands for."""
        return self.data["offer"][key]


def _ended(sentence: str) -> str:
    """A sentence that ends in a quotation with its own full stop needs no other."""
    inner, closed = sentence[-3:-2], sentence[-2:-1]
    return sentence[:-1] if inner in tuple(".。!！?？…") and closed == "”" and sentence[-1] in ".。" else sentence


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _percent(volume: float | None) -> str:
    return f"{_short((1.0 if volume is None else volume) * 100)}%"


def _ratio(width: int, height: int) -> str:
    for across, down in ((9, 16), (16, 9), (1, 1), (4, 5), (3, 4), (4, 3), (2, 3), (3, 2), (21, 9)):
        if abs(width * down - height * across) <= max(across, down) * 2:
            return f"{across}:{down}"
    return f"{width}:{height}"
