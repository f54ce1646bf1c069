"""Who orders: companies and persons, the people who speak for them, their sites, and who shall not come back.

Words: a *client* has *people* to ring and *sites* to send men to; a site knows its zone, its *meeting point* and its
*attendance source*, the one who says who is there. *Do not return* keeps a man from a client's site, or from all of
them, because the client or the man himself decided so.

Start reading at `commands.py`, then `service.py` (clients and their people) and `sites.py`.
"""
