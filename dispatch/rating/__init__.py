"""What is known of a worker: marks and the rating folded from them, posteriors, strikes, fines and appeals. A ledger.

Words: a *mark* is one rating fact, append-only, taken back only by a *reversal*; the *cap* is the most that is believed
of a man after a no-show; a *strike* counts towards suspension; a *fine* is proposed, never imposed, by rule. Start
reading at `rules.py`; `fold.sql` states the same fold for the database.
"""
