"""One adapter per gateway: how it takes a text, tells what became of it, and brings what people answer.

Words: a *gateway* is the adapter (`twilio`, `simulator`), an *account* our contract with it, with a number and a
secret; an *outcome* is what the call to send told us, a *receipt* what the gateway tells later, a *listing* what it
shows when asked. Nothing here knows the database. Start reading at `base.py`.
"""
