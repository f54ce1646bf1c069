"""The dispatch platform: fills shifts with loaders and movers by SMS, and turns their hours into pay and bills.

Start reading at `docs/architecture.md`; the roots are `app.py` (HTTP), `worker.py` (jobs) and `cli.py` (commands).
"""
