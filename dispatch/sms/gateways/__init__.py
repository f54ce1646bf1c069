"""One adapter per gateway: how it takes a text, tells what became of it, and brings what people answer.

Words: a *gateway* is the adapter (`twilio`, `kannel`), an *account* our contract with it, with a number and a secret;
an *outcome* is what the call to send told us, a *hook* what a gateway calls us with, a *receipt* what it tells by one,
a *listing* what it shows when asked. Nothing here knows the database. Start reading at `base.py`; each adapter begins
with the table of its statuses.
"""
