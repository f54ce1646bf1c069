"""The settings as a command finds them."""

import os
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from dispatch.kit.errors import Invalid
from dispatch.local.places import PROJECT_ROOT
from dispatch.settings import Settings, read_settings

_FILE: Final = Path(".local/dispatch.env")


class SettingsInvalid(Invalid):
    """A setting of this machine does not read as what it should be."""


def settings_file() -> Path:
    """Return the file that settings are read from where the environment is silent; it need not be there.

    It is the one named by DISPATCH_ENV_FILE, else that of the directory we are in, else that of the checkout.
    """
    named = os.environ.get("DISPATCH_ENV_FILE")
    places = [Path(named)] if named else [_FILE, PROJECT_ROOT / _FILE]
    return next((place for place in places if place.exists()), places[0])


def settings() -> Settings:
    """Read the settings from the environment and from the file that `dispatch stack up` wrote.

    Raises:
        SettingsInvalid: a value makes no sense; the sentence names it and does not show it.
    """
    try:
        return read_settings(settings_file())
    except ValidationError as error:
        wrong = "; ".join(
            f"DISPATCH_{'__'.join(str(step).upper() for step in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise SettingsInvalid(f"The settings make no sense: {wrong}.") from None
