"""The command line `dispatch`, one file per group of commands; `dispatch/cli.py` only puts them together.

Words: a *command* does one thing and ends; a *process* (`serve`, `work`, `simulator`) runs until it is told to stop; a
*finding* is what `doctor` has to say, with what to do about it.

Start reading at `root.py` (commands, exit codes, errors) and `doors.py` (who enters the database).
"""
