"""Tools without a domain word: database, unit of work, outbox, jobs, errors, states, locks, clock, geo, money, log.

Start with `uow.py`: everything that changes a row passes through it.
"""
