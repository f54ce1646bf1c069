"""What is asked: orders, their shifts, and the life of both.

Words: an *order* is what a client wants at one site; it has one *shift* for each stretch of work, with site-local times
and the zone they are meant in. A shift's *cover* is how many people must be seated so that the headcount comes.
Start with `place.py`, then `shifts.py`, the row every seat hangs on.
"""
