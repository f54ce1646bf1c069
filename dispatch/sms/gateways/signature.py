"""The signature Twilio puts under its webhooks, as its public documentation and helper libraries define it. Pure."""

import base64
import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, urlsplit

from dispatch.sms.gateways.base import Fields

SIGNATURE_HEADER: Final = "x-twilio-signature"
SETTINGS_HEADER: Final = "x-twilio-webhooks-signature-settings"

_HASHES: Final[Mapping[str, str]] = MappingProxyType({"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"})
_PORTS: Final = MappingProxyType({"https": 443, "http": 80})


def sign(secret: str, url: str, fields: Fields, algorithm: str = "HMAC_SHA1") -> str:
    """Return the signature of a form post.

    The rule: HMAC, keyed with the account's token, over the full address followed by each field's name and values,
    fields in order of name, a field's different values in order; then base64.

    Raises:
        KeyError: an algorithm other than HMAC_SHA1 and HMAC_SHA256.
    """
    return _digest(secret, url, _written(fields), algorithm).decode()


def is_signed(secret: str, url: str, fields: Fields, headers: Mapping[str, str]) -> bool:
    """Tell in constant time whether the headers carry the signature of exactly this post.

    The provider is inconsistent about the port in an address, so both forms count: with the port written out, and
    without any.
    """
    given = headers.get(SIGNATURE_HEADER, "").encode("utf-8", "surrogateescape")
    algorithm = _algorithm(headers.get(SETTINGS_HEADER, ""))
    if not given or algorithm not in _HASHES:
        return False
    written = _written(fields)
    return any(hmac.compare_digest(_digest(secret, form, written, algorithm), given) for form in _forms(url))


def _written(fields: Fields) -> bytes:
    signed = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return signed.encode("utf-8", "surrogatepass")


def _digest(secret: str, url: str, written: bytes, algorithm: str) -> bytes:
    signed = url.encode("utf-8", "surrogatepass") + written
    return base64.b64encode(hmac.digest(secret.encode(), signed, _HASHES[algorithm]))


def _algorithm(settings: str) -> str:
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return "HMAC_SHA1"


def _forms(url: str) -> tuple[str, str]:
    parts: SplitResult = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    port = parts.port or _PORTS.get(parts.scheme, 80)
    return url.replace(parts.netloc, host, 1), url.replace(parts.netloc, f"{host}:{port}", 1)
