"""Draft in, film out: parts are drawn by workers, joined with the sound, and moved into place when whole."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from api import Draft

from ..model import Rendered, RenderOptions
from .coding import Coding, coding_of
from .errors import RenderError, RenderStopped
from .layout import lay_out
from .part_cache import PartCache
from .processes import ProcessExecutor, WorkerLost
from .split import Part, in_order_of_work, split
from .tally import STOP, Shelf, frames_done, mark_done, run_part
from .timeline import Timeline

_LOOK_EVERY_S = 0.1
_FOLDERS, _LEFT_AFTER_S = "skillturn-film-", 6 * 3600
_HERE_BELOW = 1920 * 1080 * 120  # pixels to draw; below that, starting processes costs more than they save


@dataclass(frozen=True, slots=True)
class Watch:
    """The caller's ears: what to tell, and whether to stop."""

    on_progress: Callable[[int, int], None] | None = None
    stopped: Callable[[], bool] | None = None

    def tell(self, done: int, total: int) -> None:
        if self.on_progress:
            self.on_progress(done, total)

    def wants_stop(self) -> bool:
        return self.stopped is not None and self.stopped()


def render_film(
    draft: Draft,
    media: Mapping[str, Path],
    out: Path,
    options: RenderOptions,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    executor: Executor | None = None,
    cache: Path | None = None,
) -> Rendered:
    """Make the film of a draft.

    media: the file of each source the draft names. on_progress(frames done, frames in all): at least every 2 s.
    stopped: asked several times a second. executor: where parts are drawn (None = worker processes of this machine);
    another machine's must see the same files. cache: a folder that keeps finished parts by content.
    Raises RenderError with a sentence for the user, RenderStopped; `out` is untouched then.
    """
    watch = Watch(on_progress, stopped)
    film = lay_out(draft, media, options)
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_name(f".{out.stem}.{uuid.uuid4().hex[:8]}.part")
    _sweep()
    # other machines share the disk that the film is on, hardly the one for temporary files
    shared = out.parent if executor is not None else None
    with tempfile.TemporaryDirectory(prefix=_FOLDERS, dir=shared) as name:
        folder = Path(name)
        try:
            _make(draft, media, film, options, _Place(folder, fresh, cache), watch, executor)
            fresh.replace(out)
        except OSError as exc:
            raise RenderError(f"The film could not be written to {out} ({exc.strerror or exc}).") from exc
        except (WorkerLost, BrokenExecutor, CancelledError) as exc:
            raise RenderError(
                "The machine ended a rendering process, probably for lack of memory. Try a smaller size."
            ) from exc
        except av.FFmpegError as exc:
            raise RenderError(f"The film could not be coded ({exc}).") from exc
        finally:
            fresh.unlink(missing_ok=True)
    return Rendered(out, film.frames, film.duration_ms, out.stat().st_size, film.width, film.height)


def _sweep() -> None:
    """Remove what renders left that were killed: folders nobody has written to for hours."""
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
        try:
            newest = max(path.stat().st_mtime for path in (left, *left.iterdir()))
        except OSError:
            continue  # gone meanwhile, or somebody else's
        if time.time() - newest > _LEFT_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Place:
    """folder: for parts in the making. fresh: the film before it is moved into place. cache: finished parts."""

    folder: Path
    fresh: Path
    cache: Path | None


def _make(
    draft: Draft,
    media: Mapping[str, Path],
    film: Timeline,
    options: RenderOptions,
    place: _Place,
    watch: Watch,
    executor: Executor | None,
) -> None:
    if options.format == "gif":
        from .gif import write_gif  # noqa: PLC0415 - draws in this process, which needs no drawing otherwise

        write_gif(film, place.fresh, watch.tell, watch.wants_stop)
        return
    coding = coding_of(film, options)
    parts = split(film)
    # where a project keeps its parts, its photos stay ready for the next export, too
    kept = PartCache(place.cache) if place.cache else None
    shelf = kept.shelf() if kept and executor is None else Shelf(str(place.folder / "photos"))
    missing = [part for part in parts if not (kept and _fetched(kept, film, part, coding, place.folder))]
    with _executor(executor, min(options.parts or _cores(), len(missing)), film, missing) as pool:
        drawn = [
            pool.submit(run_part, film, part, coding, str(place.folder), shelf)
            for part in in_order_of_work(missing, film.fps)
        ]
        # loaded while the workers are starting
        from .mux import join  # noqa: PLC0415
        from .sound import is_silent, mix_sound  # noqa: PLC0415

        mixed = None if is_silent(draft, film) else pool.submit(mix_sound, draft, media, film.duration_ms)
        _watch_over([*drawn, *([mixed] if mixed else [])], parts, film.frames, place.folder, watch)
        sound = mixed.result() if mixed else None
    if kept:
        kept.keep(film, missing, coding, place.folder)
    join(place.fresh, options.format, coding, [(part, place.folder / part.file) for part in parts], sound)


def _fetched(kept: PartCache, film: Timeline, part: Part, coding: Coding, folder: Path) -> bool:
    """Whether a part was made before; it then counts as done."""
    if not kept.fetch(film, part, coding, folder / part.file):
        return False
    mark_done(folder, part, part.frames)
    return True


def _watch_over(
    work: Sequence[Future[Any]],
    parts: tuple[Part, ...],
    total: int,
    folder: Path,
    watch: Watch,
) -> None:
    """Wait for all the work, telling how far they are. Raises what a part raised, or RenderStopped."""
    pending = [*work]
    told = -1
    try:
        while pending:
            if watch.wants_stop():
                raise RenderStopped
            done = frames_done(folder, parts)
            if done != told:
                watch.tell(min(done, total - 1), total)
                told = done
            for future in [future for future in pending if future.done()]:
                future.result()
                pending.remove(future)
            if pending:
                time.sleep(_LOOK_EVERY_S)
    except BaseException:
        (folder / STOP).touch()  # whatever ends the wait also ends the work
        for future in pending:
            future.cancel()
        _settle(pending)
        raise
    watch.tell(total, total)


def _cores() -> int:
    """Workers that this process may keep busy; more than eight only wait for memory."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(8, usable)


def _settle(futures: Sequence[Future[Any]]) -> None:
    """Let workers see the stop file before their folder goes."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not all(future.done() for future in futures):
        time.sleep(0.02)


@contextmanager
def _executor(given: Executor | None, workers: int, film: Timeline, missing: Sequence[Part]) -> Iterator[Executor]:
    """The caller's executor, or one for this film. What is quickly drawn is drawn in this process, by threads: codecs
    and filters let go of the interpreter."""
    if given is not None:
        yield given
        return
    work = film.width * film.height * sum(part.frames for part in missing)
    workers = max(1, workers)
    with ThreadPoolExecutor(workers) if work < _HERE_BELOW or workers == 1 else ProcessExecutor(workers) as pool:
        yield pool
