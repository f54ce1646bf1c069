"""Posts of a telephone provider, signed as it signs them."""

import json
import time
from datetime import UTC, datetime

from dispatch.api.telephony_hooks import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from dispatch.kit.ids import new_id
from tests.factories.scene import Call


def told_of_call(
    secret: str,
    *,
    line: str,
    caller: str | None,
    event: str = "ringing",
    call_id: str = "",
    late_s: float = 0,
    provider: str = "pbx",
) -> Call:
    """A post about one call, signed so many seconds ago."""
    told = {"line": line, "caller": caller, "call_id": call_id or new_id().hex, "event": event}
    body = json.dumps(told | {"at": datetime.now(UTC).isoformat()}).encode()
    timestamp = str(int(time.time() - late_s))
    headers = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(secret, timestamp, body)}
    return Call(f"/hooks/telephony/{provider}", headers=headers | {"Content-Type": "application/json"}, content=body)
