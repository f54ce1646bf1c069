"""Photos as browsers send them."""

import io

from PIL import Image


def photo(colour: str = "red") -> dict[str, tuple[str, bytes, str]]:
    """A form's photo of one colour, 300 by 400."""
    out = io.BytesIO()
    Image.new("RGB", (300, 400), colour).save(out, "PNG")
    return {"photo": ("me.png", out.getvalue(), "image/png")}
