"""Which services exist. A new one is added here and nowhere else."""

from dispatch.geocoding.base import Geocoder
from dispatch.geocoding.dadata import Dadata
from dispatch.geocoding.errors import GeocoderKeyMissing
from dispatch.geocoding.exchange import Exchange
from dispatch.geocoding.nominatim import Nominatim
from dispatch.geocoding.service import Geocoding
from dispatch.geocoding.yandex import Yandex
from dispatch.settings import GeocoderName, Settings


def open_geocoding(settings: Settings) -> Geocoding | None:
    """Return the service that the installation chose, or None; nothing is connected before the first question.

    Raises:
        GeocoderKeyMissing: it cannot be asked without a key, and there is none.
    """
    if settings.geocoder is GeocoderName.OFF:
        return None
    key = settings.geocoder_key.get_secret_value()
    if not key and settings.geocoder is not GeocoderName.NOMINATIM:
        raise GeocoderKeyMissing(settings.geocoder)
    return Geocoding(_geocoder(settings, key, settings.geocoder_url.rstrip("/")))


def _geocoder(settings: Settings, key: str, url: str) -> Geocoder:
    exchange = Exchange(f"dispatch (+{settings.http.public_url})")
    match settings.geocoder:
        case GeocoderName.DADATA:
            return Dadata(exchange, key, settings.geocoder_secret.get_secret_value(), url)
        case GeocoderName.YANDEX:
            return Yandex(exchange, key, url)
        case _:
            return Nominatim(exchange, url)
