"""The dispatch platform: fills shifts with loaders and movers by SMS, and turns their hours into pay, bills and royalties.

Start reading at `docs/architecture.md`; the three roots are `app.py` (HTTP), `worker.py` (jobs) and `cli.py` (command line).
"""
