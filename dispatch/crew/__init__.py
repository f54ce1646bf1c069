"""Waves, invitations, seats, and what was seen on site: facts that others read. No decision is taken here.

Words: a *wave* is one round of asking; an *invitation* is one man asked for one shift; a *seat* is a promise that he
comes, as primary, as reserve (comes, paid for it) or on standby (stays reachable at home).
Start with `seats.py`: the seat protocol keeps a shift exact and a man in one place, whatever races.
"""
