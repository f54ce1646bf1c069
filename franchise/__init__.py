"""The franchise business on top of dispatch: packages, territories, leads, pipeline, royalties, sales, vault.

Nothing is in it yet. It reads dispatch freely, writes tenancy through its service, and dispatch never imports it; the
wiring may. Its faces will be `api.py` and `web.py`.
"""
