"""Of the addresses that a study talks to: what the user should know of those that are not this machine's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlsplit

from doe.provenance import without_secrets

DATABASES = ("postgresql", "mysql", "mariadb", "mssql", "oracle")
"""How the addresses of database servers begin, before any ``+driver``."""

OPEN = ("", "0", "false", "no", "disable", "allow", "prefer", "preferred", "disabled")
"""What is said of ``ssl`` in a database's address where what travels may be unencrypted all the same (libpq, MySQL)."""

MORE = "(docs/security.md)"


def is_here(host: str) -> bool:
    """Whether a name or a number is this machine's loopback, by itself: nobody is asked."""
    host = host.strip("[]").lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        number = ip_address(host)
    except ValueError:
        return False
    return (getattr(number, "ipv4_mapped", None) or number).is_loopback


def of_ray(address: str | None, variables: Mapping[str, str]) -> str | None:
    """What is to be known of a Ray that trials are carried out on; None where that is nothing.

    Args:
        address: As it is typed; None: a Ray of doe's own.
        variables: The environment, in which Ray is told of addresses, tokens and certificates.
    """
    named = variables.get("RAY_ADDRESS", "")
    if not address:
        joins = "doe starts a Ray of its own; --address auto joins that one"
        return f"RAY_ADDRESS={without_secrets(named)} is not heeded: {joins}" if named not in {"", "local"} else None
    found = address == "auto" and not named
    address = named if address == "auto" and named else address
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if address == "local" or is_here(host or port):
        return None
    if variables.get("RAY_USE_TLS", "").lower() in {"1", "true"}:
        return None  # both sides show a certificate, and what travels is encrypted
    said = f"Ray at {without_secrets(address)} {'may' if found else 'can'} be reached from other machines:"
    if variables.get("RAY_AUTH_MODE", "").lower() == "token":
        return f"{said} it wants a token, but nothing is encrypted without RAY_USE_TLS=1 {MORE}"
    unless = " unless it wants a token" if found else ""
    return f"{said} whoever reaches its port runs programs as you{unless}, and nothing is encrypted {MORE}"


def of_tracker(uri: str | None, variables: Mapping[str, str]) -> str | None:
    """What is to be known of a tracking server or a database that a study is copied to; None where that is nothing."""
    parts = _parts(uri or "")
    kind = parts.scheme.partition("+")[0].lower()
    if kind == "http":
        bare = not is_here(parts.hostname or "")
    elif kind in DATABASES:
        bare = not all(map(is_here, _hosts(parts))) and not _is_encrypted(parts, kind, variables)
    else:
        bare = False  # https, a file, or nothing
    if not bare:
        return None
    how, better = ("", "https") if kind == "http" else ("sure to be ", "sslmode=verify-full")
    better = "its own TLS" if kind in DATABASES[1:] else better
    read = "what is copied there, and any password, can be read on the way"
    return f"{without_secrets(uri or '')} is not {how}encrypted: {read}; {better} mends that {MORE}"


def warnings(address: str | None, tracking_uri: str | None, *, on_ray: bool) -> Iterator[str]:
    """A line for each address of a study that the user should know more of."""
    for said in (of_ray(address, os.environ) if on_ray else None, of_tracker(tracking_uri, os.environ)):
        if said is not None:
            yield said


def _parts(uri: str) -> SplitResult:
    try:
        return urlsplit(uri)
    except ValueError:  # what it is, whoever opens it will say
        return urlsplit("")


def _hosts(parts: SplitResult) -> list[str]:
    """The hosts of a database; none where it is reached by a socket's file."""
    logins = parts.netloc.rpartition("@")[2].split(",")
    told = [value for name, value in parse_qsl(parts.query) if name == "host"]
    hosts = [one for given in told for one in given.split(",")] or [each.rpartition("]")[0] or each for each in logins]
    bare = [host if host.startswith("[") or host.count(":") > 1 else host.partition(":")[0] for host in hosts]
    return [host for host in bare if host and not host.startswith(("/", "%2F"))]


def _is_encrypted(parts: SplitResult, kind: str, variables: Mapping[str, str]) -> bool:
    """Whether its address, or for PostgreSQL the environment, insists on it."""
    told = {name.lower(): value.lower() for name, value in parse_qsl(parts.query)}
    if kind == "postgresql":
        return told.get("sslmode", variables.get("PGSSLMODE", "")).lower() not in OPEN
    told.pop("ssl_disabled", None)
    return any(value not in OPEN for name, value in told.items() if name.startswith(("ssl", "encrypt")))
