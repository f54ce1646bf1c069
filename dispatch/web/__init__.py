"""The console: pages for people, rendered here and refreshed piece by piece; one file for each screen.

Owns no facts: a page reads and writes through the same services as the API, and stands on the API's doors (who calls,
what he may, his transaction). Words: a *page* is a whole document, a *part* is a piece of one that is fetched again by
itself, the *frame* is what all pages have around them. Start reading at `frame.py`, then any screen; what pages are
made of is in `templates/parts.html`, and `/console/parts` shows it all.
"""
