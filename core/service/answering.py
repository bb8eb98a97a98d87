"""The use cases around answers: give, undo, put back, correct and list them.

They need the log of the project, and neither its images nor its graph: an answer is stored even
while the file of the images is away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from core.errors import ClassesUnknownError, InvalidDatasetError
from core.service.classes import Classes
from core.service.log import Standing
from core.session import rules
from core.session.events import (
    LOCAL,
    Answer,
    AnswerKind,
    ChecksAsked,
    Event,
    TargetSet,
    Undone,
)
from core.session.ledger import Placed
from core.session.rules import Submission

Made = TypeVar("Made", bound=Event)


@dataclass(frozen=True, slots=True)
class Answers:
    """Some of the answers of a project, the newest first.

    Attributes
    ----------
    total
        How many there are of which these are some.
    """

    total: int
    answers: tuple[Placed, ...]


class Answering(Classes):
    """What can be done with answers. Whoever does it is named by ``by``, a person's id."""

    def ask_checks(self, project_id: str, number: int, *, by: str = LOCAL) -> None:
        """Let the next questions be drawn at random, until so many have a label; 0 ends that.

        Raises
        ------
        StoreError
            If it could not be stored.
        """
        self._do(
            project_id,
            lambda now: (
                ChecksAsked(number=number, by=by) if number or now.state.checks_wanted else None
            ),
        )

    def set_target(self, project_id: str, share: float, *, by: str = LOCAL) -> None:
        """Say how many of all labels are to be right in the end, more than 0 and up to 1.

        Raises
        ------
        StoreError
            If it could not be stored.
        """
        self._do(
            project_id,
            lambda now: None if now.state.target == share else TargetSet(share=share, by=by),
        )

    def submit(
        self,
        project_id: str,
        batch_id: str,
        answers: Sequence[Answer],
        *,
        by: str = LOCAL,
        since: Mapping[int, int] | None = None,
    ) -> Submission:
        """Store answers; when this returns they are safe. Sending them again changes nothing.

        Parameters
        ----------
        since
            For each item the number of the last class change that was known where it was answered
            (``ClassList.seq``): a class that was renamed meanwhile is meant by its old name.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted; the same in all that follows.
        IllegalEventError
            If they do not fit what was served; nothing is stored then.
        StoreError
            If they could not be stored; they may be sent again.
        """
        has_label = any(answer.kind is AnswerKind.LABEL for answer in answers)
        return self._log.decide(
            project_id,
            lambda standing: rules.submit(
                standing.state,
                batch_id,
                answers,
                self._classes(standing) if has_label else (),
                by,
                since,
            ),
            lambda submission: submission.events,
        )

    def undo(
        self, project_id: str, batch_id: str, item: int, *, by: str = LOCAL, desk: str = ""
    ) -> bool:
        """Undo the last answer of a person; False if it was taken back before.

        What is on the person's desk makes way for it; other desks keep what they have.

        Raises
        ------
        IllegalEventError
            If there never was such an answer, or another one has come since.
        StoreError
            If the undo could not be stored; it may be sent again.
        """
        elsewhere = set(self._leases.elsewhere(project_id, desk))

        def undo(now: Standing) -> Undone | None:
            open_batches = now.state.open_batches
            here = (b.batch_id for b in open_batches if elsewhere.isdisjoint(b.items))
            return rules.undo(now.state, batch_id, item, by, closed=tuple(here))

        return self._do(project_id, undo)

    def redo(self, project_id: str, batch_id: str, item: int, *, by: str = LOCAL) -> bool:
        """Put back the answer that a person has undone last; False if it was put back before.

        Raises
        ------
        IllegalEventError
            If there never was such an answer, or something new was answered since.
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(project_id, lambda now: rules.redo(now.state, batch_id, item, by))

    def correct(
        self,
        project_id: str,
        batch_id: str,
        answer: Answer,
        *,
        by: str = LOCAL,
        since: int | None = None,
    ) -> bool:
        """Give an earlier answer another content; False if it says that already.

        Parameters
        ----------
        since
            As of :meth:`submit`.

        Raises
        ------
        IllegalEventError
            If there is no such answer in force, or the new one is not possible.
        StoreError
            If it could not be stored; it may be sent again.
        """
        has_label = answer.kind is AnswerKind.LABEL
        return self._do(
            project_id,
            lambda standing: rules.correct(
                standing.state,
                batch_id,
                answer,
                self._classes(standing) if has_label else (),
                by,
                since,
            ),
        )

    def decide(
        self, project_id: str, answer: Answer, *, by: str = LOCAL, since: int | None = None
    ) -> bool:
        """Say what is true of an item that several people answered; False if it was said before.

        Parameters
        ----------
        since
            As of :meth:`submit`.

        Raises
        ------
        IllegalEventError
            If nobody has answered the item, or this is not possible.
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(
            project_id,
            lambda now: rules.decide(now.state, answer, self._classes(now), by, since),
        )

    def set_known(self, project_id: str, labels: Mapping[int, str], *, by: str = LOCAL) -> bool:
        """Let these be the items whose answer is known and that everybody is asked about, blind.

        False if they are those already; none ends it.

        Raises
        ------
        UnknownClassError
            If there is no such class.
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(
            project_id,
            lambda now: rules.set_known(now.state, labels, self._classes(now), by),
        )

    def take_back_decision(self, project_id: str, item: int, *, by: str = LOCAL) -> bool:
        """Let what people say of an item count again; False if nothing is decided of it.

        Raises
        ------
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(project_id, lambda now: rules.take_back_decision(now.state, item, by))

    def take_back(self, project_id: str, batch_id: str, item: int, *, by: str = LOCAL) -> bool:
        """Take back an earlier answer by itself; those after it stay. False if it was before.

        Raises
        ------
        IllegalEventError
            If there never was such an answer.
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(project_id, lambda now: rules.take_back(now.state, batch_id, item, by))

    def take_back_batch(self, project_id: str, batch_id: str, *, by: str = LOCAL) -> bool:
        """Take back all answers to a batch at once; False if that was done before.

        Raises
        ------
        IllegalEventError
            If there never was such a batch.
        StoreError
            If it could not be stored; it may be sent again.
        """
        return self._do(project_id, lambda now: rules.take_back_batch(now.state, batch_id, by))

    def answers(
        self,
        project_id: str,
        only: str | AnswerKind | None = None,
        offset: int = 0,
        limit: int = 50,
        whose: str | None = None,
    ) -> Answers:
        """The answers in force, the newest first.

        Parameters
        ----------
        only
            Those that label an item with this class, or those of this kind; None stands for all.
        offset, limit
            Leave out so many of the newest, and take at most so many.
        whose
            The person whose answers they are to be; None stands for everybody.
        """
        state = self._log.read(project_id).state
        newest_first = state.ledger.newest_first()
        if only is None and whose is None:
            return Answers(state.n_answers, tuple(islice(newest_first, offset, offset + limit)))
        found = [
            placed
            for placed in newest_first
            if whose in {None, placed.by} and _says(placed.answer, only)
        ]
        return Answers(len(found), tuple(found[offset : offset + limit]))

    def _classes(self, standing: Standing) -> tuple[str, ...]:
        """What the classes of a project are called, as its log says.

        A log from before that was noted says it as soon as somebody has looked at the project.
        """
        if standing.state.classes is not None:
            return standing.state.classes
        try:
            return self._catalogue.load(standing.project.config).class_names
        except InvalidDatasetError as error:
            raise ClassesUnknownError from error


def _says(answer: Answer, only: str | AnswerKind | None) -> bool:
    """Whether an answer names a class, or is of a kind."""
    # A kind is a string too, and a class may be called like it.
    if isinstance(only, AnswerKind):
        return answer.kind is only
    return only is None or answer.label == only
