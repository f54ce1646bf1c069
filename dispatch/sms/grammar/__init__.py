"""The reply grammar: text -> tokens -> senses -> one meaning; deterministic, no database, no network.

`normalise` cuts the text into tokens, `spelling` recognises them however they were typed, `phrases` finds the
lexicon's phrases, `lemmas` reads Russian words that no phrase covers by the dictionary of `morphology`, `construal` and
`negation` settle what the finds mean beside each other, `numbers` tells codes from minutes, times and people, and
`reading` puts them together. `decide` (with `rollcall` for "who is missing?") turns a reading into an outcome for the
context it arrived in; where the whole text decides nothing, `clauses` reads each clause by the same rules and lets the
deciding one speak, and `bystanders` says which unknown words leave a yes a yes. The words live in `lexicon/`.

Beside the rules a `classifier` reads the `features` of a text; `weigh` weighs the two, and the rules keep the veto.
"""
