"""Who is best for a shift: candidates, score, and how many to ask. Decides, stores nothing.

Words: a *candidate* is an eligible worker; *cover* is the number of seats that makes the headcount likely to come; a
*plan* is how many to invite and why. Start reading at `plan.py`, which is pure.
"""
