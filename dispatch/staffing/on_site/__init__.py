"""On site: what a foreman or a crew lead marks on his phone, hours before it reaches us or at once.

A *mark* is one thing he saw, with the moment his device's clock showed and an id of its own; the *offset* is what that
clock lacks to ours. Start with `commands.py` (what can be marked), then `keep.py` (what becomes of a mark).
"""
