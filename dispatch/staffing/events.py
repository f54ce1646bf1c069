"""The outbox kinds of this folder: facts others told us, and our own timers. All run in the lane `staffing`."""

from typing import Final

WAVE_DUE: Final = "staffing.wave_due"
"""Timer; subject: order. Look at every shift of the order again."""

TEXTS_MOVED: Final = "staffing.texts_moved"
"""Texts left, arrived or failed; subject: the batch, detail: what moved."""

SERIES_DUE: Final = "staffing.series_due"
"""Timer; subject: series. The next week of it becomes orders, or its last day has passed."""

SEAT_TAKEN: Final = "staffing.seat_taken"
"""Subject: seat. The man's other claims at that time end, one row per tenant."""

CLAIM_LOST: Final = "staffing.claim_lost"
"""Subject: the invitation or standby seat that ends because its man is booked elsewhere."""

GAP_FOUND: Final = "staffing.gap_found"
"""Timer; subject: shift. A seat ended or a promotion question closed: promote, ask, or start a wave."""

EVENING_REMINDER: Final = "staffing.evening_reminder"
RECONFIRM_DUE: Final = "staffing.reconfirm_due"
DOUBTFUL_DUE: Final = "staffing.doubtful_due"
"""Timers; subject: seat. Ask whether he still comes; who stays silent becomes doubtful and is asked again."""

SHIFT_STARTS: Final = "staffing.shift_starts"
"""Timer; subject: shift. Recruiting ends."""

SHORT_ALARM_DUE: Final = "staffing.short_alarm_due"
"""Timer; subject: shift. Raise the shortage if the shift is not covered by now."""

EVENING_LOOK_DUE: Final = "staffing.evening_look_due"
"""Timer; subject: franchise, n: the day as a number, 20261123. Tell of what that morning still lacks."""

SITE_QUESTION_DUE: Final = "staffing.site_question_due"
"""Timer; subject: shift, n: the round. Ask the site who is there."""

GATE_LIST_DUE: Final = "staffing.gate_list_due"
"""Timer; subject: shift. Look whether the list for the security of the site has gone."""

LEAD_DUE: Final = "staffing.lead_due"
"""Timer; subject: shift. Tell who leads the crew, or who does instead of a lead who dropped out."""

CLIENT_CHECK_DUE: Final = "staffing.client_check_due"
"""Timer; subject: shift. Ask who ordered, the evening before, whether everything is right."""

LIMIT_DUE: Final = "staffing.limit_due"
"""Timer; subject: seat. Past his limit and not seen: look for him."""

CANCEL_RECEIPT_DUE: Final = "staffing.cancel_receipt_due"
"""Timer; subject: seat. Nobody knows whether the man read that the shift is off: ring him."""

STOPPED: Final = "staffing.stopped"
"""Subject: phone. A man with live seats wants no more texts: his seats are doubtful, somebody rings him."""

OUTAGE_ENDED: Final = "staffing.outage_ended"
"""Subject: the outage. Every limit that fell into it starts again."""
