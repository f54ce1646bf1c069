"""The whole job, shown and checked on this machine: servers, people, an order, replies, a no-show, a bill.

Words: the *stage* is a network with its people; a *child* is a process of ours, which ends when we do; the *carrier* is
the simulator with the people behind its phones; the *story* is what the platform says of the shift; an *outcome* is
what is left of it in figures, against which expectations are held.

Nothing under test is replaced: the API, the worker and the simulator are processes of their own, the database and Redis
are real, texts travel over HTTP. Only the pace is another, by the policy preset `demo`. Every figure is read over HTTP.

Start reading at `run.py`.
"""
