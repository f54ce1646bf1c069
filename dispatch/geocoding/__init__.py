"""Addresses to places, by whichever address service the installation has a contract with; none by default.

Words: a *geocoder* is the adapter of one service, a *place* is an address as the service writes it with its point. What
is *asked whole* was asked for by a button; what is asked while somebody types may be half a word. A service that is
silent, slow, lying or out of quota costs nobody more than two seconds: a pin on the map always does.

Start reading at `base.py`, then `service.py`; one file for each service, chosen in `registry.py`.
"""
