"""The reply grammar: text -> tokens -> senses -> one meaning; deterministic rules, no database, no network, no model.

`normalise` cuts the text into tokens, `spelling` recognises them however they were typed, `phrases` finds the
lexicon's phrases, `numbers` tells codes from minutes, times and people, `reading` puts the four together, and
`decide` (with `rollcall` for "who is missing?") turns a reading into an outcome for the context it arrived in.
The words live in `lexicon/`, one language each.
"""
