"""Who goes: a pool row that the network shares, and what only the home franchise sees of a man.

Words: the *pool row* (`workers`) holds place, zone, skills, rating and standing facts, never personal data; *contacts*
(`worker_contacts`) hold name, phone and address and belong to the *home*, the franchise that registered him; a *guest*
is a franchise that borrows him. An *attestation* is a statement, with its basis and author, that he was interviewed
(*vetting*) or agreed to texts (*consent*); he is *invitable* when active, vetted and consenting. *Availability* is his
weekly calendar, with an optional cycle such as two days on, two off; an *absence* is a stretch he is away.

Start reading at `skills.py` and `rules.py`, which are pure; then `register.py` and `change.py` (one man), `lists.py`
with `bulk.py` (whole lists), `cards.py` (who sees what).
"""
