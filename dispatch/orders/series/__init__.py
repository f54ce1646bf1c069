"""Orders that repeat: "ten loaders every weekday".

Words: a *series* has a pattern, a time of day and a headcount; an *exception* says that one of its days is left out,
differs, or is extra; a *made day* is one that became an order, exactly once. What a day needs is reckoned in
`rules.py`; who places its order, and what a change does to those already placed, stands in `staffing/series.py`.
"""
