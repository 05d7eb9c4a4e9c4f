"""A room somewhere else, known by its address only: everybody enters by the same door, so it is shown to who may enter, at the time."""

from dataclasses import dataclass
from datetime import datetime

from .contract import Account, Forged, Found, Guest, Heard, Notice, Room, Trouble


@dataclass(frozen=True)
class External:
    """An address, of the session or of the account."""

    account: Account

    async def create(self, room: Room) -> int | None:
        self._address(room)
        return None

    async def is_running(self, room: Room) -> bool:
        return False

    async def end(self, room: Room) -> None:
        return None

    async def recordings(self, room: Room) -> list[Found]:
        return []

    def join(self, room: Room, guest: Guest, *, now: datetime) -> str:
        return self._address(room)

    def heard(self, notice: Notice, *, now: datetime) -> list[Heard]:
        raise Forged()

    def _address(self, room: Room) -> str:
        address = room.address or self.account.address
        if not address:
            raise Trouble("no_address")
        return address
