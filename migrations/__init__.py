"""The database's history: `versions/` in order, run by Alembic as `dispatch_owner`, forward only.

Start reading at `env.py` (how a run goes), then `tools.py` (what a version may call).
"""
