"""The simulated world tied together: a text is accepted, travels, rings a phone, is read, and an answer comes back."""

import asyncio
import logging

from dispatch.simulator.agenda import Agenda
from dispatch.simulator.config import Account, SimulatorConfig
from dispatch.simulator.courier import Callback, Courier
from dispatch.simulator.crowd import Crowd
from dispatch.simulator.faults import FaultInjector
from dispatch.simulator.journal import Journal
from dispatch.simulator.messages import Direction, Message, Status, inbound_parameters, status_parameters
from dispatch.simulator.people import dice
from dispatch.simulator.reading import says_arrived
from dispatch.simulator.store import Store

_log = logging.getLogger(__name__)
_UNKNOWN_HANDSET = 30005


class World:
    """Carrier and people of one run; everything happens on one event loop.

    Attributes:
        store: what the carrier remembers.
        crowd: the people.
        courier: callbacks under way to the platform.
    """

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.store = Store(config.accounts)
        self.agenda = Agenda()
        self.journal = Journal(config.journal)
        self.faults = FaultInjector(config.faults, dice(config.seed, "faults"))
        self.courier = Courier(self.agenda, config.network, dice(config.seed, "callbacks"))
        self.crowd = Crowd(config, self.agenda, self._speak)
        self._transit = dice(config.seed, "transit")

    async def run(self) -> None:
        """Let time pass until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.agenda.run())
                tasks.create_task(self.courier.run())
        finally:
            self.journal.close()

    def accept(self, account: Account, *, sender: str, to: str, body: str, status_callback: str) -> Message:
        """Take over an outbound text: remembered and in the journal when this returns, then on its way."""
        message = self.store.add(
            account.sid, Direction.OUTBOUND, sender=sender, to=to, body=body, status_callback=status_callback
        )
        self.journal.write(
            "accepted",
            sid=message.sid,
            account=account.sid,
            to=to,
            sender=sender,
            body=body,
            ref=message.reference,
        )
        network = self.config.network
        travel_s = network.sent_after_s + self._transit.uniform(*network.delivered_after_s)
        self.agenda.plan(network.sent_after_s, lambda: self._move(message, Status.SENT))
        self.agenda.plan(travel_s, lambda: self._hand_over(message))
        return message

    def report(self, message: Message, status: Status) -> Callback | None:
        """Return the status callback for a text, None where its sender asked for none."""
        if not message.status_callback:
            return None
        return Callback(
            url=message.status_callback,
            fields=status_parameters(message, status),
            auth_token=self.store.accounts[message.account_sid].auth_token,
            subject="status",
            acknowledged=lambda: self._acknowledged(message, status.value),
        )

    def post_status(self, message: Message, status: Status) -> None:
        """Queue the status callback for a text."""
        callback = self.report(message, status)
        if callback is not None:
            self.courier.post(callback)

    def say(self, phone: str, number: str, text: str) -> Message | None:
        """Have a phone text one of our numbers; None when nobody owns that number."""
        account = self.store.owner_of(number)
        if account is None:
            return None
        message = self.store.add(account.sid, Direction.INBOUND, sender=phone, to=number, body=text)
        if says_arrived(text):
            self.crowd.attendance.note_arrival(phone, number)
        if account.numbers[number]:
            self.courier.post(
                Callback(
                    url=account.numbers[number],
                    fields=inbound_parameters(message),
                    auth_token=account.auth_token,
                    subject="inbound",
                    acknowledged=lambda: self._acknowledged(message, "inbound"),
                )
            )
        return message

    def _speak(self, phone: str, number: str, text: str) -> None:
        if self.say(phone, number, text) is None:
            _log.warning("an answer goes to a number no account owns any more")

    def _move(self, message: Message, status: Status, error_code: int | None = None) -> None:
        self.store.advance(message, status, error_code)
        self.post_status(message, status)

    def _hand_over(self, message: Message) -> None:
        """End a text's journey: the phone rings and its owner reads, or it comes back."""
        if not self.crowd.person(message.to).reachable:
            self._move(message, Status.UNDELIVERED, _UNKNOWN_HANDSET)
            return
        self._move(message, Status.DELIVERED)
        self.crowd.receive(message.to, message.sender, message.body)

    def _acknowledged(self, message: Message, event: str) -> None:
        message.acknowledged += 1
        self.store.touch()
        self.journal.write("acknowledged", sid=message.sid, event=event, ref=message.reference)
