"""The JSON API: one router per domain folder, under the same name, each a thin translation of HTTP into use cases.

Words: a *caller* is who sent the request; every route is *classified*: public, webhook, signed in, or one permission.
Start reading at `deps.py` (caller, transaction, permission), then `idempotency.py` and `errors.py`.
"""
