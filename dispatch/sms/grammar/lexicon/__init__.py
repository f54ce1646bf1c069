"""The words workers use, by language; start with `form.py` for the notation, then `russian_answers.py`."""
