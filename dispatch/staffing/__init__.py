"""Filling a shift: waves, replies, promotion, reminders, attendance, closing. It orchestrates and owns no facts.

Every use case locks the shift first, then the workers, and leaves the shift's status, cover and timeline true.
Start with `waves.py` (who is asked), then `settle.py` (what a yes becomes) and `attendance.py` (who came).
"""
