"""What the carrier remembers: accounts, texts in order, conversations by phone, opt-outs. In memory."""

from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator

from dispatch.simulator.agenda import wall_clock
from dispatch.simulator.config import Account
from dispatch.simulator.messages import Direction, Message, Status

_OPT_OUT_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_OPT_IN_WORDS = frozenset({"start", "yes", "unstop"})
_RANK = {Status.QUEUED: 0, Status.RECEIVED: 0, Status.SENT: 1, Status.DELIVERED: 2, Status.UNDELIVERED: 2}


class Store:
    """The carrier's memory.

    Attributes:
        messages: every text in order of acceptance; `messages[seq - 1]` has that `seq`.
        conversations: phone -> its texts in order; the phone with the newest activity comes last.
        references: our own reference -> how many texts carried it.
        version: grows with every change that a reader of the page could see.
    """

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self.accounts: dict[str, Account] = {account.sid: account for account in accounts}
        self.messages: list[Message] = []
        self.conversations: OrderedDict[str, list[Message]] = OrderedDict()
        self.references: Counter[str] = Counter()
        self.version = 0
        self._by_sid: dict[str, Message] = {}
        self._by_account: dict[str, list[Message]] = {}
        self._opted_out: set[tuple[str, str]] = set()

    def add_account(self, account: Account) -> None:
        """Register an account, or replace its token and numbers."""
        self.accounts[account.sid] = account

    def owner_of(self, number: str) -> Account | None:
        """Return the account that owns one of our numbers; the one registered last, should two claim it."""
        return next((found for found in reversed(self.accounts.values()) if number in found.numbers), None)

    def add(
        self, account_sid: str, direction: Direction, *, sender: str, to: str, body: str, status_callback: str = ""
    ) -> Message:
        """Remember a new text; an inbound keyword moves the opt-out of this phone towards this number."""
        message = Message(
            seq=len(self.messages) + 1,
            account_sid=account_sid,
            direction=direction,
            sender=sender,
            to=to,
            body=body,
            status=Status.QUEUED if direction is Direction.OUTBOUND else Status.RECEIVED,
            created_at=wall_clock(),
            status_callback=status_callback,
        )
        self.messages.append(message)
        self._by_sid[message.sid] = message
        self._by_account.setdefault(account_sid, []).append(message)
        self.conversations.setdefault(message.phone, []).append(message)
        self.conversations.move_to_end(message.phone)
        if message.reference is not None:
            self.references[message.reference] += 1
        if direction is Direction.INBOUND:
            message.sent_at = message.created_at
            self._heed_keyword(message)
        self.touch()
        return message

    def advance(self, message: Message, status: Status, error_code: int | None = None) -> None:
        """Move a text to a later status; an earlier one is ignored, since what happened stays so."""
        if _RANK[status] <= _RANK[message.status]:
            return
        message.status = status
        message.error_code = error_code
        message.updated_at = wall_clock()
        message.sent_at = message.sent_at or message.updated_at
        self.touch()

    def touch(self) -> None:
        """Note that something a reader could see has changed."""
        self.version += 1

    def opted_out(self, number: str, phone: str) -> bool:
        """Whether this phone sent STOP to this number and no START since."""
        return (number, phone) in self._opted_out

    def message(self, account_sid: str, sid: str) -> Message | None:
        """Return a text of that account, None when it has none of that sid."""
        found = self._by_sid.get(sid)
        return found if found is not None and found.account_sid == account_sid else None

    def newest_first(
        self, account_sid: str, *, phone: str | None = None, before: int | None = None
    ) -> Iterator[Message]:
        """Yield an account's texts, newest first; only those of one person, or older than the text `before`."""
        texts = self._by_account.get(account_sid, []) if phone is None else self.conversations.get(phone, [])
        end = len(texts) if before is None else bisect_left(texts, before, key=lambda text: text.seq)
        return (texts[index] for index in range(end - 1, -1, -1) if texts[index].account_sid == account_sid)

    def _heed_keyword(self, message: Message) -> None:
        word = message.body.strip().casefold()
        if word in _OPT_OUT_WORDS:
            self._opted_out.add((message.to, message.sender))
        elif word in _OPT_IN_WORDS:
            self._opted_out.discard((message.to, message.sender))
