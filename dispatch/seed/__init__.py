"""A made-up network to try the platform on: franchises in real cities, people around real districts, clients, sites.

Words: a *cluster* is a district people live around; a *history* is what happened to a man before, as marks that his
rating is folded from. Nobody here is real; everything is drawn from one number, so the same number gives the same
network, but for ids, secrets and passwords.

Start reading at `run.py` (`seed_network`), then `people.py`; `network.py` founds the franchises.
"""
