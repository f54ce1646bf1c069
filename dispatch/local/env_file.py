"""The settings of a checkout: `stack up` writes where its servers are, people add what they decide."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dispatch.kit.errors import Unavailable
from dispatch.local.places import write_private


class SettingsUnwritable(Unavailable):
    """The file of the settings cannot be replaced."""

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(
            f"The settings cannot be written to {file} ({type(error).__name__}): free the way, then repeat."
        )


DECIDED: Final = ("DISPATCH_SMS__MODE", "DISPATCH_SMS__ALLOW_LIST")
"""What people decide: kept when the rest of the file is written anew."""


def decided_in(file: Path) -> dict[str, str]:
    """Return what people decided, as the file says it; nothing where there is no file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, _, value in pairs if name in DECIDED}


def decide(file: Path, values: Mapping[str, str]) -> None:
    """Write what somebody decided into a file that is there; every other line stays as it is. Private, and at once.

    Raises:
        SettingsUnwritable: the file cannot be replaced.
    """
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.partition("=")[0] not in values]
    lines += [f"{name}={value}" for name, value in values.items()]
    try:
        write_private(file, "\n".join(lines) + "\n")
    except OSError as error:
        raise SettingsUnwritable(file, error) from error
