"""What a project knows of its images: which number names which image, and what the set was like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from core.session.events import DataNoted
from core.session.shared import SharedMap, finished


@dataclass(frozen=True, slots=True)
class Images:
    """The images of a project as far as its log knows them.

    Attributes
    ----------
    names
        Item to the name of its image, for all that were given or asked about. A name once noted
        stays.
    noted
        The data set as it was noted last; None in a log that has not noted any.
    known
        The names there were then. They say which number each image of the set has, so everybody
        comes to the same numbers, whatever has been asked since.
    numbering
        Names the numbers that all images of the set have: another for others. Empty where the data
        set was never noted.
    before
        The data set as it was noted before; None where nothing has changed yet.
    is_news
        Whether nothing was answered since the data set has changed.
    gone
        Items whose image the data set does not hold now.
    """

    names: SharedMap[int, str] = field(default_factory=SharedMap)
    noted: DataNoted | None = None
    known: SharedMap[int, str] = field(default_factory=SharedMap)
    numbering: str = ""
    before: DataNoted | None = None
    is_news: bool = False
    gone: frozenset[int] = frozenset()

    @property
    def moved(self) -> bool:
        """Whether numbers are not simply rows, or others take part than the first."""
        return self.noted is not None and self.noted.moved

    def numbered(self) -> Mapping[int, str | None]:
        """The items that images of the set may be; None for those whose image was never seen."""
        unseen = {item: None for item in self.gone if item not in self.known}
        return {**self.known, **unseen}


class ImagesDraft:
    """Images while events are folded into them."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self._names = images.names.edit()
        self._is_news = images.is_news

    def name(self, images: Mapping[int, str]) -> None:
        """Note what images of some items are called."""
        for item, name in images.items():
            if item not in self._names:
                self._names[item] = name

    @property
    def gone(self) -> frozenset[int]:
        """Items whose image the data set does not hold."""
        return self._images.gone

    def note(self, event: DataNoted) -> None:
        """Note what the data set holds from an event on."""
        self.name(event.images)
        known = finished(self._names)
        before = self._images.noted
        self._images = Images(
            names=known,
            noted=event,
            known=known,
            numbering=_numbering(event, known),
            before=before,
            gone=frozenset(event.gone),
        )
        self._names = known.edit()
        self._is_news = before is not None

    def is_old_news(self) -> None:
        """Note that something was answered."""
        self._is_news = False

    def done(self) -> Images:
        """The images they have become."""
        images = self._images
        return Images(
            names=finished(self._names),
            noted=images.noted,
            known=images.known,
            numbering=images.numbering,
            before=images.before,
            is_news=self._is_news,
            gone=images.gone,
        )


def _numbering(noted: DataNoted, known: Mapping[int, str]) -> str:
    """A name for what the numbers follow from: the rows alone, or what each image was called."""
    told = blake2b(noted.fingerprint.encode(), digest_size=16)
    if noted.moved:
        unseen = (f"{item} " for item in noted.gone if item not in known)
        for part in (*(f"{item} {known[item]} " for item in sorted(known)), *unseen):
            told.update(part.encode())
    return told.hexdigest()
