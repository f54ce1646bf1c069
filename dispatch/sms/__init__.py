"""Deliver and receive text messages; knows phones and questions, not orders.

Words: a *message* is outbound text, an *inbound* is text that came back, a *question* is what we last asked a phone,
a *disposition* is what an inbound was taken to mean. Start reading with `replies.py` (what a text means, pure) and
`segments.py` (what a text costs, pure).
"""
