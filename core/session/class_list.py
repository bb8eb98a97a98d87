"""The classes of a project as a value: what they are called now, and were called before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from rpds import HashTrieSet

from core.session.events import Answer, AnswerKind, Colour
from core.session.labels import Labels


class Meaning(NamedTuple):
    """What an answer says.

    Attributes
    ----------
    label
        A class name when ``kind`` is ``label``, otherwise None.
    """

    kind: AnswerKind
    label: str | None = None

    def said_of(self, answer: Answer) -> Answer:
        """The same answer, saying this."""
        return replace(answer, kind=self.kind, label=self.label)


class Change(NamedTuple):
    """What labels came to mean by one event.

    Attributes
    ----------
    seq
        Its number.
    meanings
        Class name, as it was until then, to what labels that name it say from then on.
    until
        The event that brought the class back that ended with this one: labels that name it stay as
        they are, whatever another class of its name has become meanwhile. 0 where it did not.
    """

    seq: int
    meanings: Mapping[str, Meaning]
    until: int = 0


class Mark(NamedTuple):
    """How a class looks to everybody: its key and its colour, where a person has chosen them."""

    key: str | None = None
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """A class that was merged or removed, and all it takes to bring it back.

    Attributes
    ----------
    seq
        The event that ended it.
    became
        What its labels said from then on.
    answers
        The answers that named it, each by its batch and its item, undone ones included; but for
        those that were corrected since, or that have come back with another class.
    given
        Items whose label came with the project and named it; likewise.
    data
        The classes of the data set that were called so; likewise.
    is_own
        Whether the data set does not have it.
    place
        Where it stood among the classes, from 0.
    earlier
        Another class of the same name that had ended before; it comes back with this one.
    """

    seq: int
    became: Meaning
    answers: HashTrieSet[tuple[str, int]]
    given: frozenset[int]
    data: frozenset[str]
    is_own: bool
    place: int
    earlier: Former | None = None

    def all_of_its_name(self) -> Iterator[Former]:
        """Itself, and those of its name before it."""
        former: Former | None = self
        while former is not None:
            yield former
            former = former.earlier

    def without(self, other: Former) -> Former:
        """The same without what has come back with a class that had ended before."""
        earlier = self.earlier and self.earlier.without(other)
        if self.seq < other.seq:
            return replace(self, earlier=earlier)
        answers = self.answers
        for answer in other.answers:
            answers = answers.discard(answer)
        return replace(
            self,
            answers=answers,
            given=self.given - other.given,
            data=self.data - other.data,
            earlier=earlier,
        )

    def without_answer(self, answer: tuple[str, int]) -> Former:
        """The same without an answer that says something else by now."""
        earlier = self.earlier and self.earlier.without_answer(answer)
        return replace(self, answers=self.answers.discard(answer), earlier=earlier)

    def has(self, answer: tuple[str, int]) -> bool:
        """Whether an answer comes back with it."""
        return any(answer in former.answers for former in self.all_of_its_name())


@dataclass(frozen=True)
class ClassList:
    """All that is known of a project's classes.

    Attributes
    ----------
    names
        The classes a person can choose from; None in logs from before that was noted.
    own
        Those of them that the data set does not have.
    is_ordered
        Whether a person has put them in an order.
    called
        What the project calls classes of the data set that it has called otherwise once; None where
        images of such a class belong to none of the project.
    changes
        What labels came to mean, oldest first.
    former
        The classes that can be brought back, by their name.
    marks
        How classes look, where a person has chosen that.
    """

    names: tuple[str, ...] | None = None
    own: tuple[str, ...] = ()
    is_ordered: bool = False
    called: Mapping[str, str | None] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    former: Mapping[str, Former] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        """The number of the last event that changed what a name stands for; 0 before the first."""
        return self.changes[-1].seq if self.changes else 0

    def meaning(self, meaning: Meaning, since: int) -> Meaning:
        """What was said right after an event of this number, as one says it today."""
        for change in self.changes:
            label = meaning.label
            if label is None or change.seq <= since or label not in change.meanings:
                continue
            if change.until:
                since = change.until
            else:
                meaning = change.meanings[label]
        return meaning

    def labels_today(self, labels: Labels, since: int) -> Labels:
        """Labels as they stood after an event of this number, as one says them today.

        Those of classes that have been removed since are left out.
        """
        names = {*labels.values()}
        said = {name: self.meaning(Meaning(AnswerKind.LABEL, name), since).label for name in names}
        today = ((item, said[name]) for item, name in labels.items())
        return Labels({item: name for item, name in today if name is not None})

    def name_of(self, digest: int, since: int) -> int:
        """A name for labels that had this digest after an event of this number.

        It is the digest itself where all names stand for the same as then.
        """
        later = sum(change.seq > since for change in self.changes)
        if not later:
            return digest
        told = f"{digest} {len(self.changes) - later}".encode()
        return int.from_bytes(blake2b(told, digest_size=16).digest())

    @cached_property
    def renamed(self) -> Mapping[str, Meaning]:
        """What names mean today that classes had once and no class has now."""
        names = self.names or ()
        last = {name: change.seq for change in self.changes for name in change.meanings}
        return {
            name: self.meaning(Meaning(AnswerKind.LABEL, name), seq - 1)
            for name, seq in last.items()
            if name not in names
        }

    def as_named(self, answer: Answer, since: int | None = None) -> Answer:
        """An answer that names its class as it is called, or as it was called when it ended.

        Parameters
        ----------
        since
            The number of the last class change that whoever gave the answer knew of; None where
            that was not noted: then names that no class has now count as old ones.
        """
        label = answer.label
        if label is None or not self.changes:
            return answer
        if since is None:
            return self._latest(Meaning(AnswerKind.LABEL, label)).said_of(answer)
        for change in self.changes:
            if change.seq <= since or label not in change.meanings:
                continue
            if change.until:
                since = change.until
                continue
            if self._has_ended(label) and self.former[label].seq == change.seq:
                break
            meaning = change.meanings[label]
            if meaning.label is None:
                return meaning.said_of(answer)
            label = meaning.label
        said = Meaning(AnswerKind.LABEL, label)
        return self._latest(said).said_of(answer)

    def today(self, answer: Answer) -> Answer:
        """What an answer says today that names its class as :meth:`as_named` has it."""
        label = answer.label
        if label is None or label not in self.renamed:
            return answer
        if self._has_ended(label):
            former = self.former[label]
            return self.meaning(former.became, former.seq).said_of(answer)
        return self.renamed[label].said_of(answer)

    def _latest(self, said: Meaning) -> Meaning:
        """What is meant by a name that no class may have now; one of a class that ended stays."""
        label = said.label or ""
        return said if self._has_ended(label) else self.renamed.get(label, said)

    def _has_ended(self, name: str) -> bool:
        return name in self.former and name not in (self.names or ())

    def of_data(self, names: Iterable[str]) -> tuple[str, ...]:
        """The classes to choose from where the data set has these: in their order, others last.

        Once a person has changed or ordered them, those there are keep their order.
        """
        called = [self.called.get(name, name) for name in names]
        there = dict.fromkeys([*(name for name in called if name is not None), *self.own])
        if not there:
            # All that are left are those that were removed; a project without any is none.
            return tuple(dict.fromkeys(names))
        if self.is_ordered or self.called:
            first = [name for name in self.names or () if name in there]
            there = dict.fromkeys([*first, *there])
        return tuple(there)

    def counted_anew(self, names: tuple[str, ...]) -> ClassList:
        """The same with these names, as the data set has them by now."""
        return replace(self, names=names, own=tuple(own for own in self.own if own in names))

    def with_own(self, name: str) -> ClassList:
        """The same with a class that the data set does not have, behind all others."""
        return replace(self, names=(*(self.names or ()), name), own=(*self.own, name))

    def with_change(self, seq: int, meanings: Mapping[str, Meaning]) -> ClassList:
        """The same, knowing what labels mean from this event on."""
        return replace(self, changes=(*self.changes, Change(seq, meanings)))

    def with_names(self, seq: int, names: Mapping[str, str]) -> ClassList:
        """The same after classes were renamed, all at once."""
        marks = {names.get(name, name): mark for name, mark in self.marks.items()}
        changed = self.with_change(
            seq, {old: Meaning(AnswerKind.LABEL, new) for old, new in names.items()}
        )
        return replace(
            changed,
            names=tuple(names.get(name, name) for name in self.names or ()),
            own=tuple(names.get(name, name) for name in self.own),
            called=self._called_now(dict(names)),
            marks=marks,
        )

    def without(
        self,
        seq: int,
        name: str,
        became: Meaning,
        answers: Iterable[tuple[str, int]],
        given: Iterable[int],
    ) -> ClassList:
        """The same after a class was merged or removed."""
        names = self.names or ()
        data = {one for one, called in self.called.items() if called == name}
        if name not in self.called:
            # Where the data set does not have it, it may later.
            data.add(name)
        former = Former(
            seq,
            became,
            HashTrieSet(answers),
            frozenset(given),
            frozenset(data),
            name in self.own,
            names.index(name),
            self.former.get(name),
        )
        return replace(
            self.with_change(seq, {name: became}),
            names=tuple(other for other in names if other != name),
            own=tuple(own for own in self.own if own != name),
            called=self._called_now({name: became.label}),
            former={**self.former, name: former},
        )

    def with_former(self, seq: int, name: str) -> ClassList:
        """The same with a class brought back."""
        back = [*self.former[name].all_of_its_name()]
        seqs = {former.seq for former in back}
        names = list(self.names or ())
        names.insert(back[0].place, name)
        others = {other: kept for other, kept in self.former.items() if other != name}
        called = dict(self.called)
        for former in back:
            called |= dict.fromkeys(former.data, name)
            others = {other: kept.without(former) for other, kept in others.items()}
        return replace(
            self,
            names=tuple(names),
            own=(*self.own, name) if all(former.is_own for former in back) else self.own,
            called=called,
            changes=tuple(
                change._replace(until=seq) if change.seq in seqs else change
                for change in self.changes
            ),
            former=others,
        )

    def answered(self, batch_id: str, item: int, label: str | None) -> ClassList:
        """The same after an answer was given, or given another content.

        Parameters
        ----------
        label
            The class it names; where that has ended, it comes back with the class.
        """
        answer = (batch_id, item)
        ended = {*self._passed(label)} if label is not None and self._has_ended(label) else set()
        former = {
            name: kept.without_answer(answer)
            for name, kept in self.former.items()
            if kept.has(answer)
        }
        for name in ended:
            kept = former.get(name, self.former[name])
            former[name] = replace(kept, answers=kept.answers.insert(answer))
        return replace(self, former={**self.former, **former}) if former else self

    def _passed(self, name: str) -> Iterator[str]:
        """A class that has ended, and those that its labels came to and that have ended too."""
        yield name
        former = self.former[name]
        label = former.became.label
        for change in self.changes:
            if label is None or change.seq <= former.seq or label not in change.meanings:
                continue
            if change.until:
                # It came back, and is a class of its own: nothing goes on from here.
                return
            if label in self.former and self.former[label].seq == change.seq:
                yield label
            label = change.meanings[label].label

    def marked(self, name: str, mark: Mark) -> ClassList:
        """The same with this look of a class."""
        others = {other: kept for other, kept in self.marks.items() if other != name}
        return replace(self, marks=others if mark == Mark() else {**others, name: mark})

    def ordered(self, names: tuple[str, ...]) -> ClassList:
        """The same in this order."""
        return replace(self, names=names, is_ordered=True)

    def _called_now(self, new: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """How the data set's classes are called after these of the project have other names."""
        called = {
            one: None if now is None else new.get(now, now) for one, now in self.called.items()
        }
        return called | {name: now for name, now in new.items() if name not in self.called}
