"""The drawings that pages use, by their names in the icon set; a test holds this to what the templates ask for."""

from typing import Final

ICONS: Final = frozenset(
    {
        "alert-triangle",
        "clock",
        "command",
        "inbox",
        "layout-dashboard",
        "logout",
        "map-pin",
        "moon",
        "player-pause",
        "sun",
        "user",
    }
)
