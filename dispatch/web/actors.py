"""Who did something, as pages say it: a name of one's own franchise, a program, or the product itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dispatch.access.queries import names_of_actors
from dispatch.kit.uow import Uow
from dispatch.web.frame import Page


@dataclass(frozen=True, slots=True)
class Actors:
    """The names behind actors; nobody's outside the own franchise is told."""

    page: Page
    names: Mapping[str, str]

    def __call__(self, actor: str) -> str:
        """Return who that is, in words."""
        kind = actor.partition(":")[0]
        known = self.names.get(actor)
        if kind == "token":
            return self.page.say("program %(name)s", name=known) if known else self.page.say("a program")
        return known or self.page.say("somebody of the network" if kind == "staff" else "automatically")


async def actors_of(page: Page, uow: Uow, actors: Collection[str]) -> Actors:
    """Look the names of these actors up at once."""
    return Actors(page, await names_of_actors(uow, actors))
