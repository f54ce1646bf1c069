"""Books, accounts and transfers; timesheets. Money is in minor units, every transfer stays inside one book.

Words: a *book* is a franchise's; a *transfer* moves an amount from the account it credits to the one it debits, so a
book is in balance by construction. Start with `books.py`, then `shift_money.py` (what a closed shift owes and earns).
"""
