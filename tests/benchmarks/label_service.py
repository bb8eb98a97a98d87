"""A person who labels as you go, through the service: what the app itself asks, not a simulation.

The image on screen is answered while the next one waits behind it, as on the label page.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from core.config import ProjectConfig
from core.data.catalogue import Catalogue, RowsOf, first_rows
from core.data.dataset import Dataset
from core.data.fingerprint import Contents, contents_of
from core.jobs.progress import Progress, silent
from core.learning import metrics
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from core.storage import MemoryStore
from tests.benchmarks.label_peers import Measured


class _OneSet(Catalogue):
    """A data set in memory, whatever it is called."""

    def __init__(self, dataset: Dataset) -> None:
        super().__init__()
        self._dataset = dataset

    def open(
        self, config: ProjectConfig, rows_of: RowsOf = first_rows, progress: Progress = silent
    ) -> tuple[Dataset, Contents]:
        del rows_of
        return self._dataset, self.contents(config.dataset, progress)

    def contents(self, key: str, progress: Progress = silent) -> Contents:
        del key
        return contents_of(self._dataset, progress)

    def check(self, config: ProjectConfig) -> None:
        """Nothing to look for."""

    def version(self, key: str) -> str:
        return key


def as_you_go(
    dataset: Dataset, config: ProjectConfig, seed: int, budget: int
) -> Iterator[Measured]:
    """What is reached after each answer of someone who knows the truth."""
    truth = dataset.truth
    assert truth is not None
    numbers = count()
    # The ids decide what is drawn at random.
    service = Service(
        MemoryStore(), new_id=lambda: f"{seed}-{next(numbers)}", catalogue=_OneSet(dataset)
    )
    config = config.model_copy(update={"refit": "label"})
    project = service.create_project("As you go", config).project_id
    found: set[int] = set()
    for n_labels in range(1, budget + 1):
        batch = service.batch(project)
        if batch is None:
            return
        item = batch.items[0]
        true = int(truth[item])
        answer = Answer(item=item, kind=AnswerKind.LABEL, label=dataset.class_names[true])
        service.submit(project, batch.batch_id, [answer])
        found.add(true)
        beliefs = service.view(project).beliefs
        report = metrics.report_all(truth, beliefs, dataset.n_classes)
        recalls = [
            float((beliefs.predicted[truth == label] == label).mean())
            for label in np.unique(truth).tolist()
        ]
        yield Measured(n_labels, report.accuracy, float(np.mean(recalls)), len(found))
