"""Buckets as files: Amazon's S3 and what speaks as it does, and Google's.

Arrow reads both by itself. Who may read, and where a bucket is, the environment says, in the words
that other programs have for it: ``AWS_ACCESS_KEY_ID`` and the like, ``AWS_ENDPOINT_URL``,
``GOOGLE_APPLICATION_CREDENTIALS``; and GDAL's ``AWS_NO_SIGN_REQUEST`` and ``GS_NO_SIGN_REQUEST``
where anybody may read.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from fsspec.implementations.arrow import ArrowFSWrapper

SCHEMES: Final = ("s3", "gs")

_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ANONYMOUS: Final = {"s3": "AWS_NO_SIGN_REQUEST", "gs": "GS_NO_SIGN_REQUEST"}
_YES: Final = ("1", "yes", "true", "on")
_SECONDS: Final = 30.0


def bucket_files(scheme: str, bucket: str) -> Any:  # noqa: ANN401 - fsspec has no types
    """The file system of a bucket.

    Raises
    ------
    ImportError
        If Arrow was built without it.
    OSError
        If the bucket cannot be found.
    """
    anonymous = os.environ.get(_ANONYMOUS[scheme], "").lower() in _YES
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    region = next((os.environ[name] for name in _REGIONS if os.environ.get(name)), "")
    if scheme == "gs":
        return _of_google(anonymous)
    return _of_amazon(bucket, endpoint, region, anonymous)


@lru_cache(maxsize=16)
def _of_google(anonymous: bool) -> Any:  # noqa: ANN401
    from pyarrow.fs import GcsFileSystem

    return ArrowFSWrapper(GcsFileSystem(anonymous=anonymous), skip_instance_cache=True)


@lru_cache(maxsize=64)
def _of_amazon(bucket: str, endpoint: str, region: str, anonymous: bool) -> Any:  # noqa: ANN401
    from pyarrow.fs import S3FileSystem, resolve_s3_region

    options: dict[str, Any] = {
        "anonymous": anonymous,
        "connect_timeout": _SECONDS,
        "request_timeout": _SECONDS,
    }
    if endpoint:
        told = urlsplit(endpoint)
        options |= {"endpoint_override": told.netloc or endpoint, "scheme": told.scheme or "https"}
    elif not region:
        region = resolve_s3_region(bucket)
    if region:
        options["region"] = region
    return ArrowFSWrapper(S3FileSystem(**options), skip_instance_cache=True)
