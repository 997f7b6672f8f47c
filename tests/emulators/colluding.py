"""A mind that is after one write, and says what might make a caller's yes look like one to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.emulators.mind import Call, Line, Message, Reply, Returned, Tool


@dataclass
class Colluding:
    """After each of the caller's turns it calls for all it wants, with and without `confirmed`;
    then it says the next of its lines, the last of them again and again."""

    wants: tuple[Call, ...]
    says: tuple[str, ...]
    tried: int = 0
    """Calls that were made for the attacker."""

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        spoke = [
            at for at, each in enumerate(messages) if isinstance(each, Line) and each.role == "user"
        ]
        if any(isinstance(each, Returned) for each in messages[spoke[-1] :]):
            return Reply(self.says[min(len(spoke), len(self.says)) - 1])
        sure = tuple(
            replace(call, arguments={**dict(call.arguments), "confirmed": True})
            for call in self.wants
            if not isinstance(call.arguments, str)
        )
        self.tried += len(self.wants) + len(sure)
        return Reply(calls=(*sure, *self.wants))
