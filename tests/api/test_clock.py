"""Virtual time: it jumps when everybody waits, and only then."""

from __future__ import annotations

import time

import anyio
import anyio.to_thread
import pytest

from api import SystemClock, VirtualClock

pytestmark = pytest.mark.anyio


async def test_sleepers_wake_in_order_and_no_real_time_passes() -> None:
    woken: list[tuple[str, float]] = []
    began = time.monotonic()
    async with VirtualClock(epoch=1000) as clock:

        async def sleeper(name: str, *naps: float) -> None:
            for nap in naps:
                await clock.sleep(nap)
                woken.append((name, clock.monotonic()))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sleeper, "ticker", 120, 120, 120)
            tasks.start_soon(sleeper, "poller", 30, 300)
        assert clock.now() == 1360
    assert woken == [("poller", 30), ("ticker", 120), ("ticker", 240), ("poller", 330), ("ticker", 360)]
    assert time.monotonic() - began < 30


async def test_a_deadline_cuts_a_wait_off_and_a_finished_one_does_not_linger() -> None:
    async with VirtualClock() as clock:
        with clock.move_on_after(15) as cut:
            await anyio.sleep_forever()
        assert (cut.cancelled_caught, clock.monotonic()) == (True, 15)
        with clock.move_on_after(900) as kept:
            await clock.sleep(10)
        assert not kept.cancelled_caught
        await clock.sleep(5)
        assert clock.monotonic() == 30


async def test_an_alarm_rings_once_in_its_time_unless_it_is_called_off() -> None:
    rung: list[float] = []
    async with VirtualClock() as clock:
        clock.ring_after(120, lambda: rung.append(clock.monotonic()))
        clock.ring_after(60, lambda: rung.append(clock.monotonic()))()
        await clock.sleep(600)
    assert rung == [120]


async def test_the_machines_own_alarms_ring_and_are_called_off_alike() -> None:
    clock, rung, over = SystemClock(), list[str](), anyio.Event()
    clock.ring_after(0.01, lambda: rung.append("called off"))()
    clock.ring_after(0.02, lambda: rung.append("kept"))
    clock.ring_after(0.03, over.set)
    with anyio.fail_after(30):
        await over.wait()
    assert rung == ["kept"]


async def test_a_thread_at_work_is_waited_for() -> None:
    async with VirtualClock() as clock:
        with clock.move_on_after(1) as scope:
            await anyio.to_thread.run_sync(time.sleep, 0.05)
        assert not scope.cancelled_caught
        assert clock.monotonic() == 0


async def test_an_error_inside_comes_out_as_itself() -> None:
    with pytest.raises(KeyError, match="inside"):
        async with VirtualClock() as clock:
            await clock.sleep(1)
            raise KeyError("inside")


async def test_a_cancelled_wait_stays_cancelled() -> None:
    with anyio.CancelScope() as outer:
        async with VirtualClock() as clock:
            outer.cancel()
            await clock.sleep(1)
        raise AssertionError("the scope was cancelled")
    assert outer.cancelled_caught


async def test_sleeping_for_nothing_lets_others_run() -> None:
    async with VirtualClock() as clock:
        await clock.sleep(0)
        await clock.sleep(-5)
        assert clock.monotonic() == 0
