"""Filling a shift: waves, settling of replies, promotion, reminders, attendance. Orchestrates, owns no facts.

Words: a *wave* is one round of invitations; a *seat* is primary, reserve or standby; a shift is *covered* when enough
seats are live that its headcount is likely to come; *doubtful* is who did not re-confirm. Start reading at `rules.py`,
which is pure: how many, until when, in which order.
"""
