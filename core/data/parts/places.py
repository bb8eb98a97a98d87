"""Addresses of files that may lie on this machine or in a bucket, and what goes wrong with them.

Who may read a bucket is said by the environment, as its makers have it (``AWS_…``, ``GOOGLE_…``,
``HF_TOKEN``); an address that holds a password is refused, since addresses are kept and shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import fsspec
import pyarrow as pa

from core.data.parts.buckets import SCHEMES as BUCKETS
from core.data.parts.buckets import bucket_files
from core.errors import InvalidDatasetError, LabelspreadError

LOCAL: Final = "file"
SCHEMES: Final = (LOCAL, "s3", "gs", "hf", "https", "http", "memory")

_PACKAGES: Final = {"hf": "huggingface_hub", "https": "aiohttp", "http": "aiohttp"}
_HAS_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+)://")
_DIGESTS: Final = ("etag", "blob_id", "oid", "md5hash")
_TIMES: Final = ("lastmodified", "last_modified", "updated", "created")
_REFUSED: Final = re.compile(r"ACCESS_DENIED|\b40[13]\b|INVALID_ACCESS_KEY|SIGNATURE|credentials")
_LONGEST_DETAIL: Final = 160


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies.

    Attributes
    ----------
    url
        The address in full, as it may be kept and shown; a folder ends without a slash.
    scheme
        One of ``SCHEMES``.
    path
        Inside of the file system of that scheme.
    """

    url: str
    scheme: str
    path: str

    def files(self) -> Any:  # noqa: ANN401 - fsspec has no types
        """The file system that it lies in.

        Raises
        ------
        InvalidDatasetError
            If what reads such addresses is not installed, or the bucket cannot be found.
        """
        try:
            if self.scheme in BUCKETS:
                with in_words(self.url):
                    return bucket_files(self.scheme, self.path.split("/", 1)[0])
            return fsspec.filesystem(self.scheme)
        except ImportError as error:
            raise InvalidDatasetError(
                f"To read {self.scheme}:// addresses, {_PACKAGES.get(self.scheme, 'a package')} "
                "has to be installed.",
                "Install what is in requirements-remote.txt, where the app is installed.",
            ) from error


def place_of(url: str) -> Place:
    """The place of an address: a path on this machine, or a URL.

    Raises
    ------
    InvalidDatasetError
        If it is no address that can be read, or holds a password.
    """
    url = url.strip()
    kind = scheme_of(url)
    if not url or not url.isprintable():
        raise InvalidDatasetError(
            "This is no address.", "Give a path or an address such as s3://bucket/folder."
        )
    rest = url[len(kind) + len("://") :] if kind else url
    if kind in {"", LOCAL}:
        path = str(Path(rest).expanduser().resolve())
        return Place(path, LOCAL, path)
    if kind not in SCHEMES:
        raise InvalidDatasetError(
            f"Addresses that begin with {kind}:// cannot be read.",
            f"Use a path, or an address with {', '.join(f'{one}://' for one in SCHEMES[:-1])}.",
        )
    rest = rest.rstrip("/")
    if _holds_secret(rest):
        raise InvalidDatasetError(
            "This address holds a password or a key, and addresses are kept and shown.",
            "Leave it out; say in the environment who may read.",
        )
    whole = f"{kind}://{rest}"
    return Place(whole, kind, whole if kind in {"http", "https"} else rest)


def scheme_of(url: str) -> str:
    """What an address begins with, in small letters; empty where it is a path."""
    found = _HAS_SCHEME.match(url)
    return found[1].lower() if found else ""


def title_of_place(place: Place) -> str:
    """What a set could be called by where it lies."""
    last = place.path.rstrip("/").rsplit("/", 1)[-1]
    return last.removesuffix(".parquet").removesuffix(".pq") or place.scheme


def _holds_secret(rest: str) -> bool:
    """Whether something stands before an @ in place of a host, or after a question mark."""
    host = rest.split("/", 1)[0]
    return "?" in rest or "#" in rest or "::" in rest or "@" in host


def version_of(place: Place, info: Mapping[str, Any]) -> str:
    """What differs for each content that a file has had, as its file system tells of it.

    Parameters
    ----------
    place
        Where the file, or the set that it is in, lies.
    """
    told = {str(key).lower(): value for key, value in info.items()}
    # When a file on this machine was made known to it is no matter.
    times = ("mtime",) if place.scheme == LOCAL else ("mtime", *_TIMES)
    for name in _DIGESTS:
        if told.get(name):
            return str(told[name]).strip('"')
    time = next((told[name] for name in times if told.get(name)), "")
    return f"{time} {told.get('size', '')}".strip()


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """Say what went wrong with what lies at an address.

    Raises
    ------
    InvalidDatasetError
        In place of what the library of each kind of place raises.
    """
    try:
        yield
    except LabelspreadError:
        raise
    except FileNotFoundError as error:
        raise InvalidDatasetError(
            f"There is nothing at {url}.",
            "Check the address; a bucket that may not be read can look the same.",
        ) from error
    except ImportError:
        raise
    except PermissionError as error:
        raise _not_allowed(url) from error
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidDatasetError(
            f"The file {url} is no Parquet file, or is cut short ({_detail(error)}).",
            "Write it anew, for instance with pyarrow.parquet.write_table.",
        ) from error
    # Each library of a kind of bucket has errors of its own.
    except Exception as error:
        if _REFUSED.search(str(error)):
            raise _not_allowed(url) from error
        raise InvalidDatasetError(
            f"{url} cannot be read ({_detail(error)}).",
            "Check the address and the network, and try again.",
        ) from error


def _not_allowed(url: str) -> InvalidDatasetError:
    kind = urlsplit(url).scheme
    said = {
        "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_NO_SIGN_REQUEST=1",
        "gs": "GOOGLE_APPLICATION_CREDENTIALS, or GS_NO_SIGN_REQUEST=1",
        "hf": "HF_TOKEN",
    }.get(kind)
    remedy = "Let the app read it."
    if said is not None:
        remedy = f"Say in the environment of the app who reads it: {said}."
    return InvalidDatasetError(f"{url} may not be read from here.", remedy)


def _detail(error: Exception) -> str:
    """The first line of what a library says, as far as it is short."""
    text = str(error).strip() or type(error).__name__
    return " ".join(text.splitlines()[0].split())[:_LONGEST_DETAIL].rstrip(".")
