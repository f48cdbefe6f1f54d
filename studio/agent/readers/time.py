"""How long, how fast, which shape."""

from __future__ import annotations

from dataclasses import replace
from math import gcd

from ...platforms import platforms
from ..clauses import Clause
from ..edits import Edit, SetClipTime, SetLength, SetPace, SetRate, SetShape, TrimFilm, least_length, length
from ..edits.timing import Bound
from ..mentions import Pick
from ..scan import Tag
from ..scene import Scene, Unclear
from ..strangers import strange_thing

_GROWTH = {"longer": 1.25, "slower": 1.25, "shorter": 0.8, "faster": 0.8, "double": 2.0, "halve": 0.5}
_LITTLE, _MUCH = 0.45, 2.2
_RATES = (24, 25, 30, 50, 60)
_SMALLEST_SIDE, _LARGEST_SIDE = 120, 4096
_SIDE = 1080
_SIDES = {"first": "start", "last": "end"}
_MOST_SECONDS = 60  # that a number without a unit can mean for one photo
LEAST_LEFT_MS = 500  # of a film that is trimmed


def read_shape(clause: Clause, scene: Scene) -> list[Edit]:
    """Aspect, size and frame rate. What is said about single photos ("the vertical ones") is not about the film."""
    if clause.has("leave") or clause.does("dont", "negate"):
        return []
    edits: list[Edit] = []
    rate = clause.take("frame_rate")
    if rate is not None:
        wanted = rate.number("frame_rate")
        edits.append(SetRate(min(_RATES, key=lambda fps: abs(fps - wanted))))
    pixels, side = clause.take("pixels"), clause.take("size_word")
    if pixels is not None:
        edits.append(_exact(pixels))
        return edits
    ratio = _ratio(clause) or _meant(clause)
    if ratio is None and side is None:
        return edits
    width, height = scene.draft.meta.width or _SIDE, scene.draft.meta.height or _SIDE
    short = int(side.number("size_word")) if side is not None else min(width, height)
    edits.append(shape(*(ratio or (width, height)), short))
    return edits


def shape(across: int, down: int, short: int = _SIDE) -> SetShape:
    """A film across:down whose shorter side has `short` px; even numbers, as encoders want."""
    divisor = gcd(across, down)
    across, down = across // divisor, down // divisor
    smaller = min(across, down)
    width, height = (round(side * short / smaller / 2) * 2 for side in (across, down))
    return SetShape(width, height)


def _exact(pixels: Tag) -> SetShape:
    pair = pixels.senses["pixels"]
    width, height = pair if isinstance(pair, tuple) else (_SIDE, _SIDE)
    clamp = [min(_LARGEST_SIDE, max(_SMALLEST_SIDE, int(side))) // 2 * 2 for side in (width, height)]
    return SetShape(*clamp)


def _meant(clause: Clause) -> tuple[int, int] | None:
    """The shape of the film in "no, I meant a square one"."""
    shapes = {"portrait": (9, 16), "landscape": (16, 9), "square": (1, 1)}
    return next((shapes[p.name] for p in clause.picks if p.kind == "shape"), None) if clause.has("correct") else None


def _ratio(clause: Clause) -> tuple[int, int] | None:
    tag = clause.take("ratio_of")
    if tag is not None and isinstance(pair := tag.senses["ratio_of"], tuple):
        return int(pair[0]), int(pair[1])
    if clause.has("music", "own") and not clause.has("beat"):
        return None
    if (word := clause.take("aspect")) is not None:
        across, _, down = word.text("aspect").partition(":")
        return int(across), int(down)
    for concept in ("platform", "platform_loose"):
        if (word := clause.take(concept)) is not None:
            place = platforms()[word.text(concept)]
            return place.width, place.height
    return None


def read_clip_times(clause: Clause, scene: Scene) -> list[Edit]:
    """How long single photos, or every photo, are on screen."""
    if clause.has("quote", "title", "caption", "music", "own", "transition", "transition_noun", "fade", "motion"):
        return []
    if clause.has("leave") and not clause.has("duration", "more", "hold"):
        return []
    if scene.clips and clause.has("keep_only") and (head := clause.take("head")) is not None:
        return [SetClipTime(round(head.number("head")), scene.clips)]
    picks = scene.said(clause) or _end_photo(clause) or _lone_ordinal(clause) or _held(clause)
    each = clause.has("every") and not clause.has("film")
    if not picks and not each and not clause.has("others"):
        return []
    duration, more = clause.first("duration") or _bare_seconds(clause), clause.value("more")
    if duration is None and more not in _GROWTH:
        return []
    if duration is not None and clause.owner(duration) == "film" and clause.has("create", "film"):
        return []
    clips = scene.positions(picks) if picks else None
    if duration is not None:
        clause.take("duration")
        ms = round(duration.number("duration") or duration.number("number") * 1000)
        if (more in _GROWTH or clause.has("by") or clause.has("again")) and not clause.has(
            "to", "enough", "most", "least"
        ):
            ms = -ms if more in ("shorter", "faster") else ms
            return [SetClipTime(ms, clips, added=True)]
        return [SetClipTime(max(1, ms), clips, bound=_bound(clause))]
    return [SetClipTime(0, clips, factor=_growth(clause))]


def _bound(clause: Clause) -> Bound:
    """Whether the time is only the shortest or the longest that will do: at least, höchstens, 至少."""
    return "least" if clause.has("least") else "most" if clause.has("most") else ""


def _held(clause: Clause) -> tuple[Pick, ...]:
    """The photo named just before, in "and hold it two seconds longer"."""
    return clause.named[-1:] if clause.has("hold", "enough") and not clause.has("film", "every", "place") else ()


def _lone_ordinal(clause: Clause) -> tuple[Pick, ...]:
    """keep the third for six seconds."""
    ordinal = clause.first("ordinal")
    paced = clause.has("more") and bool(clause.lone)
    if ordinal is None or not (clause.has("leave", "hold") or paced) or clause.has("film", "clips"):
        return ()
    return (Pick("at", int(ordinal.number("ordinal"))),)


def _of_one_photo(clause: Clause) -> bool:
    return clause.has("that_one") and not clause.has("film", "create")


def _bare_seconds(clause: Clause) -> Tag | None:
    """The number in "three per photo", which can only be seconds."""
    for number, each in zip(clause.tags, clause.tags[1:], strict=False):
        if "number" in number and "per" in each and 0 < number.number("number") <= _MOST_SECONDS:
            return number
    if clause.has("enough") and (lone := clause.first("number")) is not None:
        return lone if 0 < lone.number("number") <= _MOST_SECONDS else None
    for word, number in zip(clause.tags, clause.tags[1:], strict=False):
        if "for_time" in word and "number" in number and clause.has("hold") and clause.has("clips"):
            return number  # hold on the last photo for 4
    return None


def _end_photo(clause: Clause) -> tuple[Pick, ...]:
    """shorten the intro, a longer ending: the first or the last photo."""
    if not clause.has("more") or clause.has("film", "share", "color"):
        return ()
    return {"start": (Pick("at", 1),), "end": (Pick("at", -1),)}.get(clause.value("when"), ())


def read_trim(clause: Clause, scene: Scene) -> list[Edit]:
    """cut the first 2 seconds; trim 3 seconds off the end."""
    if not clause.does("trim", "remove") or clause.has("title", "caption", "text", "quote", "music", "fade", "clips"):
        return []
    head, tail = clause.take("head"), clause.take("tail")
    duration, side = None, clause.value("when") or _SIDES.get(clause.value("place"), "")
    if head is None and tail is None:
        duration = clause.take("duration") if side else None
        if duration is None:
            return []
    first = head.number("head") if head else duration.number("duration") if duration and side == "start" else 0.0
    last = tail.number("tail") if tail else duration.number("duration") if duration and side == "end" else 0.0
    clause.take("more")
    if first + last >= length(scene.segments) - LEAST_LEFT_MS:
        raise Unclear("would_empty")
    return [TrimFilm(round(first), round(last))]


def read_pace(clause: Clause, scene: Scene) -> list[Edit]:
    """Calm, flowing, fast … said of the film and not of a movement, a transition or a piece of music."""
    elsewhere = (
        "quote",
        "title",
        "caption",
        "music",
        "own",
        "music_only",
        "fade",
        "transition_noun",
        "more",
        "clips",
        "voice",
    )
    if clause.has(*elsewhere) or clause.does("dont", "negate", "leave"):
        return []
    if clause.after in ("sound", "text") and not clause.has("film", "pace_noun", "create"):
        return []
    for tag in clause.all("pace"):
        if clause.owner(tag) in ("film", "", "photo"):
            clause.take("pace")
            return [SetPace(tag.text("pace"), keep_length=scene.length_asked)]
    return []


def read_length(clause: Clause, scene: Scene) -> list[Edit]:
    """How long the film is."""
    if (
        clause.has("leave", "vanish")
        or _lone_ordinal(clause)
        or _held(clause)
        or _of_one_photo(clause)
        or _bare_seconds(clause)
        or _end_photo(clause)
        or (clause.has("place", "hold") and clause.has("clip"))
    ):
        return []
    over = _left_over(clause)
    if clause.has("title", "caption", "quote", "music", "own", "transition", "fade") and not (
        over or clause.has("film", "create", "beat")
    ):
        return []
    more = clause.value("more")
    now = length(scene.segments)
    duration = clause.take("duration", "film") or (clause.take("duration") if over else _unowned(clause))
    stretch = clause.take("range") if clause.has("film", "more") else None
    if stretch is not None and isinstance(span := stretch.senses["range"], tuple):
        return [_checked(round(span[1]), scene)]
    if duration is not None:
        ms = round(duration.number("duration") or duration.number("point"))
        if more in _GROWTH and _added(clause, duration) and now:
            return [_checked(now - ms if more in ("shorter", "faster") else now + ms, scene)]
        return [replace(_checked(ms, scene), bound=_bound(clause))]
    if more not in _GROWTH or clause.has("clips", "every", "transition_noun", "motion", "volume") or not now:
        return []
    if clause.after in ("text", "transition") and not clause.has("film", "create", "pace_noun"):
        return []
    if not clause.has("film", "pace_noun", "clip") and more in ("longer", "shorter") and strange_thing(clause):
        raise Unclear("which_photo", "clips", word=strange_thing(clause))
    return [replace(_checked(round(now * _growth(clause) / 100) * 100, scene), relative=True)]


def _left_over(clause: Clause) -> bool:
    """Whether a time is left where the transition or the fade has taken its own: 20s dissolves of half a second."""
    used = any("duration" in tag and id(tag) in clause.taken for tag in clause.tags)
    return used and clause.first("duration") is not None and clause.topics <= {"transition", "fade", "film"}


def _unowned(clause: Clause) -> Tag | None:
    """A duration in a clause that is about nothing else."""
    topics = clause.topics - {"film"}
    if topics <= {"photo", "motion", "look"} and not clause.has("every") and not clause.picks:
        return clause.take("duration") or (None if clause.has("starting") else clause.take("point"))
    return None


def _added(clause: Clause, duration: Tag) -> bool:
    """Whether a duration is what comes on top ("5 seconds longer") and not what to arrive at ("shorten it to 10 s")."""
    if clause.has("enough", "most", "least"):
        return False
    if clause.has("by") or "by" in duration:
        return True
    if clause.has("to") or "point" in duration:
        return False
    more = next((tag for tag in clause.tags if "more" in tag), duration)
    return more.start > duration.start or not clause.has("film", "create")


def _growth(clause: Clause) -> float:
    more = clause.value("more")
    if more in ("double", "halve"):
        return _GROWTH[more]
    share, factor = clause.take("share"), clause.take("factor")
    if share is not None:
        part = share.number("share")
        return 1 + part if more in ("longer", "slower") else max(0.1, 1 - part)
    if factor is not None:
        times = factor.number("factor")
        if more in ("longer", "slower"):
            return times if times > 1 else 1 + times
        return 1 / times if times > 1 else times
    degree = clause.value("degree")
    power = _LITTLE if degree == "little" else _MUCH if degree == "much" else 1.0
    return float(_GROWTH[more] ** power)


def _checked(ms: int, scene: Scene) -> SetLength:
    count = len(scene.segments)
    if ms < least_length(max(1, count)):
        raise Unclear("too_short", count=count, least=-(-least_length(max(1, count)) // 1000), ms=ms)
    return SetLength(ms)
