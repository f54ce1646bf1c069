"""Addresses that the operator hands on."""


def password_page(base: str, secret: str) -> str:
    """Return the address of the page where somebody sets his password by a link.

    Args:
        base: what people type into a browser to come to the console.
        secret: of the link.
    """
    return f"{base.rstrip('/')}/new-password/{secret}"
