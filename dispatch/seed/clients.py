"""Made-up clients, and real places where they need people."""

from dataclasses import dataclass
from typing import Final

from dispatch.clients.commands import AddClient, AddSite
from dispatch.clients.service import add_client
from dispatch.clients.sites import add_site
from dispatch.kit.uow import Uow
from dispatch.seed.cities import City

SENNAYA: Final = "Сенная площадь"
"""How the address of the site in the middle of Saint Petersburg begins."""


@dataclass(frozen=True, slots=True)
class _Site:
    address: str
    lat: float
    lon: float
    meeting_point: str = "У главного входа"


@dataclass(frozen=True, slots=True)
class _Client:
    name: str
    sites: tuple[_Site, ...]


_KNOWN: Final = {
    "saint-petersburg": (
        _Client(
            "Рынок «Центральный»",
            (
                _Site(f"{SENNAYA}, 2", 59.92687, 30.31816, "У выхода из метро «Сенная площадь»"),
                _Site("Московский проспект, 4", 59.92544, 30.31748),
            ),
        ),
        _Client("Склады «Южные»", (_Site("Витебский проспект, 3", 59.85960, 30.36180, "Проходная № 2"),)),
        _Client("Порт «Невский»", (_Site("Двинская улица, 10", 59.90600, 30.25640, "Шлагбаум у ворот 5"),)),
    ),
    "moscow": (
        _Client("Переезды «Столичные»", (_Site("Комсомольская площадь, 2", 55.77640, 37.65560),)),
        _Client("Склады «Восток»", (_Site("Шоссе Энтузиастов, 56", 55.75460, 37.74880, "Проходная № 1"),)),
        _Client("Стройка «Юг»", (_Site("Варшавское шоссе, 125", 55.61520, 37.60840, "Бытовка прораба"),)),
    ),
    "kazan": (
        _Client("Рынок «Волжский»", (_Site("Улица Мазита Гафури, 46", 55.77620, 49.10420),)),
        _Client("Склады «Кама»", (_Site("Проспект Победы, 141", 55.75740, 49.21390, "Проходная № 1"),)),
    ),
}
"""Short name of a city's franchise -> its clients; the coordinates are of the places themselves."""


async def add_clients(uow: Uow, city: City) -> None:
    """Take on the clients of a city with their sites; a city we know nothing of gets one client in its middle."""
    middle = _Site(f"{city.name}, центр", city.place.point.lat, city.place.point.lon)
    for known in _KNOWN.get(city.slug, (_Client(f"Склады «{city.name}»", (middle,)),)):
        client = await add_client(uow, AddClient(name=known.name, source="seed"))
        for site in known.sites:
            await add_site(
                uow,
                AddSite(
                    client_id=client.id,
                    address=f"{city.name}, {site.address}",
                    lat=site.lat,
                    lon=site.lon,
                    zone=city.place.zone,
                    meeting_point=site.meeting_point,
                ),
            )
