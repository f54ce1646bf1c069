"""Everything that goes wrong outside of us, on purpose: to prove that no text is sent twice and none is lost.

Words: a *rule* is what the proxy does to connections; a *lie* is what the gateway does with a request; a *fail-point*
is a place where a process of ours kills itself (`kit/fail_points.py`); the *outside log* is what others know of us,
written where no process of ours can lose it; a *verdict* compares that truth with our tables.

Start reading at `run.py`, which puts the parts together; `proxy.py` and `gateway.py` stand alone.
"""
