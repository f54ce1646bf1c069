"""Rate cards and a pure quote: what an order costs, what the people earn, and the same for the hours really worked.

Words: a *rate card* is what a franchise takes and pays for one service in one city; a *band* is a stretch of time with
one multiplier; the *minimum* is what is billed and paid at least for each man. Start reading at `rules.py`.
"""
