"""Where the addresses of images in a set may lead, and the files that lie there.

Who made a set may have put anything into it, and it is this machine that asks for it, with its own
rights. So an address leads no further than the set itself lies, or out to the public web:

- a set in a folder: to files in that folder;
- a set in a bucket: to files in that bucket;
- a set on a web server: to that server;
- any set: to ``https://`` addresses of public hosts, also after a redirection.
"""

from __future__ import annotations

import posixpath
import socket
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Final

import httpx

from core.data.archive import open_regular
from core.data.classes import shown
from core.data.parts.places import LOCAL, Place, in_words, place_of, scheme_of
from core.data.readers.found import BadImageError
from core.errors import InvalidDatasetError

MOST_BYTES: Final = 2**27
"""Of one image file."""

_WEB: Final = ("https", "http")
_PATIENCE: Final = httpx.Timeout(15.0, connect=5.0)
"""Seconds that a server may say nothing."""

_MOST_SECONDS: Final = 60.0
_MOST_TURNS: Final = 4
_AGENT: Final = "labelspread"
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16"))
"""Addresses that stand for another one, which may be private."""


def fetch(root: Place, address: str) -> bytes:
    """The bytes of an image file.

    Parameters
    ----------
    root
        Where the set lies.
    address
        As it stands in the set: in full, or from the folder of the set on.

    Raises
    ------
    BadImageError
        If it leads where it may not, or cannot be read.
    """
    address = address.strip()
    scheme = scheme_of(address)
    try:
        if scheme in _WEB or (not scheme and root.scheme in _WEB):
            own = httpx.URL(root.url) if root.scheme in _WEB else None
            return _from_web(own, httpx.URL(address) if own is None else own.join(address))
        return _from_files(_within(root, address))
    except BadImageError:
        raise
    # What can be no name of a host or a file has errors of its own, and so have links in a ring.
    except (
        InvalidDatasetError,
        httpx.HTTPError,
        httpx.InvalidURL,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise BadImageError(
            f"The image at {shown(address)} cannot be read ({_reason(error)}).",
            "Skip it; the others can be labelled.",
        ) from error


def host_of(root: Place, address: str) -> str:
    """What is asked for an image: a web server, or else the set."""
    if scheme_of(address.strip()) not in _WEB:
        return root.url
    try:
        return httpx.URL(address.strip()).host
    except (httpx.InvalidURL, ValueError):
        return root.url


def _within(root: Place, address: str) -> Place:
    """The place of a file in the folder or bucket of a set."""
    folder = _folder(root)
    scheme = scheme_of(address)
    if scheme and scheme != root.scheme:
        raise _too_far(address)
    if root.scheme == LOCAL:
        path = place_of(address).path if scheme else str(Path(folder, address).resolve())
        if not Path(path).is_relative_to(Path(folder).resolve()):
            raise _too_far(address)
        return Place(path, LOCAL, path)
    if "\\" in address or ".." in address.split("/"):
        raise _too_far(address)
    if not scheme:
        path = posixpath.join(folder, address.lstrip("/"))
        return Place(f"{root.scheme}://{path.lstrip('/')}", root.scheme, path)
    place = place_of(address)
    if _bucket(place) != _bucket(root):
        raise _too_far(address)
    return place


def _folder(root: Place) -> str:
    """The folder of a set; of a set of one file that which it is in."""
    is_file = root.path.lower().endswith((".parquet", ".pq"))
    return posixpath.dirname(root.path) if is_file else root.path


def _bucket(place: Place) -> list[str]:
    """What names a bucket in a path; on Hugging Face it has an owner."""
    return place.path.strip("/").split("/")[: 3 if place.scheme == "hf" else 1]


def _from_files(place: Place) -> bytes:
    if place.scheme == LOCAL:
        with open_regular(Path(place.path)) as local:
            return _whole(local.read(MOST_BYTES + 1), place.url)
    with in_words(place.url), place.files().open(place.path, "rb", cache_type="none") as file:
        return _whole(file.read(MOST_BYTES + 1), place.url)


def _whole(content: bytes, address: str) -> bytes:
    if len(content) > MOST_BYTES:
        raise BadImageError(
            f"The image at {shown(address)} has more than {MOST_BYTES // 2**20:,} MB.",
            "Make it smaller.",
        )
    return content


def _from_web(own: httpx.URL | None, url: httpx.URL) -> bytes:
    """What a web server sends; each redirection may lead no further than the address may."""
    # Connections are used once: one that was made to a host by its number knows no other host.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(timeout=_PATIENCE, limits=limits, headers={"User-Agent": _AGENT}) as client:
        for _ in range(_MOST_TURNS):
            is_own = own is not None and (url.scheme, url.netloc) == (own.scheme, own.netloc)
            if not is_own and url.scheme != "https":
                raise _too_far(str(url))
            asked, extensions = (url, {}) if is_own else _by_number(url)
            request = client.build_request(
                "GET", asked, headers={"Host": url.netloc.decode()}, extensions=extensions
            )
            answer = client.send(request, stream=True)
            try:
                if answer.has_redirect_location:
                    url = url.join(answer.headers["Location"])
                    continue
                answer.raise_for_status()
                content = bytearray()
                until = time.monotonic() + _MOST_SECONDS
                for piece in answer.iter_bytes():
                    content += piece
                    if time.monotonic() > until:
                        raise httpx.ReadTimeout("it takes too long")
                    if len(content) > MOST_BYTES:
                        break
                return _whole(bytes(content), str(url))
            finally:
                answer.close()
    raise BadImageError(
        f"The image at {shown(str(url))} is somewhere else again and again.", "Skip it."
    )


def _by_number(url: httpx.URL) -> tuple[httpx.URL, dict[str, str]]:
    """An address with the number of its host, which is a public one, in place of its name.

    It is that number that is connected to, so a name that means another one by then is no way in.
    """
    found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    numbers = [ip_address(str(address[4][0])) for address in found]
    if not numbers or not all(map(is_public, numbers)):
        raise _too_far(str(url))
    return url.copy_with(host=str(numbers[0])), {"sni_hostname": url.host}


def is_public(number: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the public web, and to no network behind this machine."""
    if isinstance(number, IPv6Address):
        if number.ipv4_mapped is not None:
            return is_public(number.ipv4_mapped)
        if any(number in network for network in _TRANSLATED):
            return False
    return number.is_global and not number.is_multicast


def _too_far(address: str) -> BadImageError:
    return BadImageError(
        f"The image at {shown(address)} lies outside of the set, and is not read.",
        "Images lie in the folder or bucket of their set, or at https:// addresses anybody can "
        "read.",
    )


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"the server says {error.response.status_code}"
    if isinstance(error, InvalidDatasetError):
        return error.problem.rstrip(".")
    return str(error) or type(error).__name__
