"""The servers of one machine: a private PostgreSQL and a private Redis, for development, the demo and the tests.

Words: a *stack* is the pair that belongs to a checkout and lives until it is stopped; a *throwaway* pair belongs to one
test run and disappears with it. Both are made of the same two servers, run by the same *account*.

Start reading at `stack.py` (up, down, status), then `postgres.py` and `redis.py`; `databases.py` makes roles and
databases from `deploy/*.sql`, `throwaway.py` serves the tests, `migrate.py` brings a database to the newest revision.
"""
