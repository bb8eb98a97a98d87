"""The accuracy after each round: looked up where it was noted, else measured."""

from __future__ import annotations

from core.engine.engine import Engine
from core.service.log import Log
from core.session.state import State


class Curves:
    """The learning curves of all projects.

    Parameters
    ----------
    log
        Where to find the labels of a round whose accuracy was not noted.
    """

    def __init__(self, log: Log) -> None:
        self._log = log

    def accuracies(self, project_id: str, state: State, engine: Engine) -> dict[int, float]:
        """Accuracy by the digest of the labels at the end of each round."""
        if engine.dataset.truth is None:
            return {}
        wanted = {summary.digest: summary.ended_by for summary in state.rounds.values()}
        known = {d: noted for d in wanted if (noted := engine.noted(d)) is not None}
        lately = [state.labels.as_of(digest) for digest in wanted if digest not in known]
        found = [labels for labels in lately if labels is not None]
        away = set(wanted) - set(known) - {labels.digest for labels in found}
        found += self._log.labels_at(project_id, {wanted[d] for d in away}) if away else ()
        for labels in found:
            accuracy = engine.accuracy(labels)
            if accuracy is not None:
                known[labels.digest] = accuracy
        return known
