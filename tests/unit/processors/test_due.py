"""A moment that moves, on the virtual clock."""

import asyncio

from processors.due import until_due


class Moment:
    def __init__(self, at_secs: float | None) -> None:
        self._began = asyncio.get_running_loop().time()
        self._at_secs = at_secs
        self.changed = asyncio.Event()

    def secs(self) -> float | None:
        return None if self._at_secs is None else self._began + self._at_secs

    def move(self, to_secs: float | None) -> None:
        self._at_secs = to_secs
        self.changed.set()

    async def waited_secs(self) -> float:
        await until_due(self.secs, self.changed)
        return round(asyncio.get_running_loop().time() - self._began, 3)


async def moved(at_secs: float | None, to_secs: float | None) -> Moment:
    """After a second, it is at another time."""
    moment = Moment(at_secs)
    asyncio.get_running_loop().call_later(1.0, moment.move, to_secs)
    return moment


async def test_it_is_waited_for():
    assert await Moment(2.0).waited_secs() == 2.0


async def test_it_may_come_nearer():
    assert await (await moved(5.0, 1.5)).waited_secs() == 1.5


async def test_it_may_be_put_off():
    assert await (await moved(2.0, 4.0)).waited_secs() == 4.0


async def test_nobody_may_know_it_yet():
    assert await (await moved(None, 3.0)).waited_secs() == 3.0


async def test_what_is_due_already_is_not_waited_for():
    assert await Moment(-1.0).waited_secs() == 0.0
