"""Who may enter: staff accounts, sessions, API tokens, roles and what each role may do.

Words: a *staff user* belongs to one franchise and has one *role*; a *session* is a person's sign-in, an *API token* a
program's; both are kept as hashes only and looked up on every request, so a revoked one is dead at once. A *permission*
is one thing a role may do. A *second factor* is a code from a phone, asked for besides the password. Start reading at
`roles.py`, then `sign_in.py` and `service.py`.
"""
