"""What a transaction leaves to be done once it is committed: facts to tell, and calls whose chains are to be sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.call import Call
from models.message import Message


@dataclass
class Outcome:
    """`told` are calls, each at one of its versions, in the order in which clients must hear of them.

    `signalled` are calls that run, and whose workers must hear at once what is wanted.
    """

    told: list[Call] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    ready: list[Call] = field(default_factory=list)
    signalled: list[Call] = field(default_factory=list)

    def newest(self) -> Iterable[Call]:
        """Each told call once, at its newest version."""
        return {call.key: call for call in self.told}.values()

    def add(self, other: "Outcome") -> None:
        """What another change of the same transaction left to do, after this."""
        self.told += other.told
        self.ready += other.ready
        self.signalled += other.signalled
        later = {message.key for message in other.messages}
        self.messages = [message for message in self.messages if message.key not in later] + other.messages
