"""Franchises and what each of them decides: policy versions by section, entitlements, lending grants, standings.

Words: a *franchise* is a tenant; a *policy* is seven *sections*, each versioned on its own; a *preset* is a complete
policy to start from. Start reading at `policy.py`.
"""
