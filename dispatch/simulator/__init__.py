"""The outside world as one process: a carrier that speaks Twilio's REST API, and the people behind the phones.

It stands for everything the platform does not control, so it shares no code and no database with it; the two meet
over HTTP only. Words: an *account* owns *numbers*; a *message* goes to or comes from a *phone*; a *callback* tells the
platform about a message; a *person* reads texts and answers them out of a *persona* drawn from (seed, phone) or out
of a *script*; people with a seat for the same hour form a *gathering*, which knows who truly came.

Start reading at `world.py`, which ties the parts together; `reading.py` is the only place that knows how the
platform words its texts.
"""
