"""One file per policy section: frozen models, stored as versioned JSON; `tenancy/policy.py` puts them together.

A section holds numbers and switches only. What they mean in action is written in the pure rules of the folder that
uses them (`staffing`, `matching`, `rating`, `pricing`). Start with `pace.py`.
"""
