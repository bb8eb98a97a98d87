"""A few good networks on the Hugging Face hub, fetched by name.

Which file it is, of which revision, its size and its SHA-256 are written here, so whatever answers
in the hub's place cannot put another one there.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from core.data.archive import reason
from core.errors import InvalidNetworkError
from core.graph.embeddings.networks import Added, Networks, Origin
from core.graph.embeddings.preparing import AROUND_ZERO, IMAGENET, Preparing
from core.jobs.progress import Progress, silent

_SECONDS: Final = 20.0
"""How long the hub may say nothing."""

_NOT_THERE: Final = 404
_BUSY: Final = (429, 503)


@dataclass(frozen=True, slots=True)
class Offer:
    """A network on the hub.

    Attributes
    ----------
    key
        What it is called on the command line.
    told
        What it is good for, in a few words.
    repository, revision, file
        Where it is on the hub.
    n_bytes, sha256
        Of the file.
    """

    key: str
    title: str
    told: str
    licence: str
    repository: str
    revision: str
    file: str
    n_bytes: int
    sha256: str
    preparing: Preparing

    @property
    def origin(self) -> Origin:
        """What is to be kept of it."""
        source = f"{self.repository}, {self.file}, revision {self.revision[:7]}"
        return Origin(self.title, self.licence, source, self.n_bytes, self.sha256)


OFFERS: Final = (
    Offer(
        key="dinov2-small",
        title="DINOv2-small",
        told="trained without labels",
        licence="Apache-2.0",
        repository="onnx-community/dinov2-small",
        revision="8b1f705a3a7f6f062f6bdd21986c1583d3ef105d",
        file="onnx/model.onnx",
        n_bytes=88_532_934,
        sha256="f22797eabf810a75e41de68d378541ebea372122b25c4ce3ef25ff618250c20a",
        preparing=Preparing(224, IMAGENET.mean, IMAGENET.scale),
    ),
    Offer(
        key="siglip-base",
        title="SigLIP-base",
        told="trained on pictures and their captions",
        licence="Apache-2.0",
        repository="Xenova/siglip-base-patch16-224",
        revision="4649052661e53c7000355844105f8a1792088239",
        file="onnx/vision_model.onnx",
        n_bytes=371_819_850,
        sha256="f89d41bac7f4d4b87e010a467d93f98689d708916ed22f5a07f96fdfa26f475f",
        preparing=Preparing(224, AROUND_ZERO.mean, AROUND_ZERO.scale),
    ),
)


def offer_of(wanted: str, offers: tuple[Offer, ...] = OFFERS) -> Offer:
    """A network on the hub by its key or its title.

    Raises
    ------
    InvalidNetworkError
        If there is none of this name.
    """
    found = {name.casefold(): offer for offer in offers for name in (offer.title, offer.key)}
    if wanted.casefold() not in found:
        told = ", ".join(offer.key for offer in offers)
        raise InvalidNetworkError(
            f"No network “{wanted}” is offered from the hub.", f"There are: {told}."
        )
    return found[wanted.casefold()]


def fetch(offer: Offer, networks: Networks, hub: str, progress: Progress = silent) -> Added:
    """Fetch a network from the hub and add it, if its checksum is the known one.

    Parameters
    ----------
    hub
        The address of the hub, or of a mirror.

    Raises
    ------
    InvalidNetworkError
        If the hub cannot be reached or gives something else, or the file cannot be stored; nothing
        is kept then.
    CancelledError
        If ``progress`` says so; likewise.
    """
    progress(f"Asking the hub for {offer.title}", 0.0)
    address = f"{hub}/{offer.repository}/resolve/{offer.revision}/{offer.file}"
    try:
        request = Request(address, headers={"User-Agent": "labelspread"})
        answer = urlopen(request, timeout=_SECONDS)
    except HTTPError as error:
        error.close()
        raise _refused(offer, error) from error
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise _unreachable(hub, error) from error
    with answer:
        return networks.add(_Coming(answer, hub), offer.origin, offer.preparing, progress)


class _Coming:
    """What the hub sends, which may break off."""

    def __init__(self, answer: HTTPResponse, hub: str) -> None:
        self._answer, self._hub = answer, hub

    def read(self, size: int, /) -> bytes:
        try:
            return self._answer.read(size)
        except (HTTPException, OSError) as error:
            raise _unreachable(self._hub, error) from error


def _refused(offer: Offer, error: HTTPError) -> InvalidNetworkError:
    if error.code == _NOT_THERE:
        return InvalidNetworkError(
            f"The hub does not have {offer.title} any more.",
            "Get its file elsewhere, and add it as one of your own.",
        )
    remedy = "Try again later." if error.code in _BUSY else "Check HF_ENDPOINT, or try again later."
    return InvalidNetworkError(f"The hub gives no {offer.title} (it answers {error.code}).", remedy)


def _unreachable(hub: str, error: Exception) -> InvalidNetworkError:
    cause = error.reason if isinstance(error, URLError) else error
    told = reason(cause) if isinstance(cause, Exception) else str(cause)
    return InvalidNetworkError(
        f"The hub cannot be reached at {hub} ({told}).",
        "Check the network and HF_ENDPOINT, or add the file of a network by hand.",
    )
