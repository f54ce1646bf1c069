"""Everything about the simulated world that a run may choose, handed to `create_app` and `serve`."""

from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        message = f"{name!r} is no IANA time zone; give one such as Europe/Moscow."
        raise ValueError(message) from unknown
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]
WebhookUrl = Annotated[str, StringConstraints(pattern=r"^(https?://[^\s/]+\S*)?$")]
AccountSid = Annotated[str, StringConstraints(pattern=r"^AC[0-9a-fA-F]{32}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Frozen):
    """One carrier account: its token signs every callback, its numbers may send and receive.

    Attributes:
        numbers: our number in E.164 -> URL that receives what people text to it; empty = inbound texts are kept only.
    """

    sid: AccountSid
    auth_token: Annotated[str, StringConstraints(min_length=1)]
    numbers: dict[Phone, WebhookUrl] = {}


class NetworkSettings(_Frozen):
    """How the carrier behaves, in real seconds.

    Attributes:
        sent_after_s: time from acceptance until the status `sent`.
        delivered_after_s: least and greatest further time until `delivered` or `undelivered`; the phone rings then.
        duplicate_rate: share of callbacks that are posted twice.
        reorder_rate: share of callbacks held back for up to `reorder_by_s`, so that a later one may overtake.
        retry_for_s: how long a callback that is not answered 2xx is posted again.
        retry_first_s: first pause; each further one doubles, up to `retry_longest_s`.
        connections: callbacks in flight at once.
    """

    sent_after_s: Seconds = 0.05
    delivered_after_s: tuple[Seconds, Seconds] = (0.05, 0.4)
    duplicate_rate: Probability = 0.01
    reorder_rate: Probability = 0.01
    reorder_by_s: Seconds = 0.5
    callback_timeout_s: Annotated[float, Field(gt=0)] = 15.0
    retry_for_s: Seconds = 120.0
    retry_first_s: Annotated[float, Field(gt=0)] = 0.5
    retry_longest_s: Annotated[float, Field(gt=0)] = 15.0
    connections: Annotated[int, Field(ge=1, le=256)] = 16


class Faults(_Frozen):
    """Misbehaviour on purpose; every rate is the share of send requests it hits.

    Attributes:
        latency_ms: added to every REST request.
        error_rate: answered 500, nothing stored.
        throttle_rate: answered 429, nothing stored.
        drop_reply_rate: accepted, stored and delivered, but the answer hangs for `hang_s`.
        swallow_rate: hangs for `hang_s`, then 500; nothing stored. The caller cannot tell it from a dropped reply.
        callback_before_response: the first status callback is posted before the send request is answered.
        limit: so many requests are hit by a rate, then none; None = no end.
    """

    latency_ms: Annotated[float, Field(ge=0, le=600_000)] = 0.0
    error_rate: Probability = 0.0
    throttle_rate: Probability = 0.0
    drop_reply_rate: Probability = 0.0
    swallow_rate: Probability = 0.0
    hang_s: Seconds = 60.0
    callback_before_response: bool = False
    limit: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _rates_exclude_each_other(self) -> Self:
        if self.error_rate + self.throttle_rate + self.drop_reply_rate + self.swallow_rate > 1:
            message = "The four rates exclude each other: make their sum at most 1."
            raise ValueError(message)
        return self


class PeopleSettings(_Frozen):
    """What the people are like on average; each one's own figures vary around these.

    The defaults give about three yeses to one no or silence, and eight arrivals to one absence, which is what
    agencies see. The shares `silent` ... `stop` are of offers read; what they leave over says yes.

    Attributes:
        delay_s: median time to answer, in simulated seconds.
        late_minutes: least and greatest lateness, in simulated minutes.
        stop: asks to be left alone; appeal: disputes a fine; thanks: answers a confirmation.
    """

    delay_s: Seconds = 90.0
    silent: Probability = 0.09
    no: Probability = 0.09
    late_yes: Probability = 0.03
    question: Probability = 0.05
    hedge: Probability = 0.03
    stop: Probability = 0.002
    typo: Probability = 0.08
    unreachable: Probability = 0.02
    reconfirms: Probability = 0.93
    comes: Probability = 0.89
    late: Probability = 0.12
    late_minutes: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=180)]] = (5, 35)
    announces: Probability = 0.6
    appeal: Probability = 0.1
    thanks: Probability = 0.04

    @model_validator(mode="after")
    def _shares_leave_room(self) -> Self:
        if self.silent + self.no + self.late_yes + self.question + self.hedge + self.stop > 1:
            message = "The shares of silent, no, late_yes, question, hedge and stop must add up to at most 1."
            raise ValueError(message)
        if self.late_minutes[0] > self.late_minutes[1]:
            message = "late_minutes is (least, greatest): give the smaller figure first."
            raise ValueError(message)
        return self


class SimulatorConfig(_Frozen):
    """One run of the simulator.

    Attributes:
        seed: with a phone it decides what the person behind it is like and does.
        time_scale: real seconds per simulated second for everything people do (1/60: a minute takes a second).
            Clock times in texts are real: a shift at 09:00 starts at 09:00.
        guarantee_no_show: of every gathering at least one who holds a primary or reserve seat never comes, and,
            where there are two or more, at least one does and says so.
        zone: IANA zone in which a person without a registered one reads clock times.
        journal: file that gets one JSON line per accepted message and per acknowledged callback.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8010
    seed: int = 1
    time_scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    guarantee_no_show: bool = False
    zone: ZoneName = "Europe/Moscow"
    accounts: tuple[Account, ...] = ()
    network: NetworkSettings = NetworkSettings()
    people: PeopleSettings = PeopleSettings()
    faults: Faults = Faults()
    journal: Path | None = None
