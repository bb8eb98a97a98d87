"""A project as it stands now, to be looked at: with its images and what the model believes."""

from __future__ import annotations

from dataclasses import replace

from core.engine.registry import Build
from core.people.believing import believing, estimated
from core.service.answering import Answering
from core.service.log import Standing
from core.service.view import View


class Looking(Answering):
    """What can be seen of projects."""

    def look(self, project_id: str, *, is_complete: bool = True) -> View | Build:
        """A project as it stands in the store now.

        A large one whose graph is not there yet has to be waited for: its build, begun now if need
        be.

        Parameters
        ----------
        is_complete
            Whether a model that knows only some of the images will not do.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        LabelspreadError
            Whatever has stopped the build; the next call begins anew.
        """
        found = self._sources.look(self._log.open(project_id), is_complete=is_complete)
        if isinstance(found, Build):
            return found
        standing, engine = found
        return View(self._believed(standing), engine, self._curves)

    def look_unblinded(self, project_id: str, *, is_complete: bool = True) -> View | Build:
        """The same as :meth:`look`, to show single images with what is said or predicted of them.

        Raises
        ------
        UnknownProjectError, LabelspreadError
            As :meth:`look` does.
        """
        return self.look(project_id, is_complete=is_complete)

    def view(self, project_id: str, *, is_complete: bool = True) -> View:
        """A project as it stands in the store now. A large one may have to be waited for.

        Parameters
        ----------
        is_complete
            As of :meth:`look`.

        Raises
        ------
        UnknownProjectError
            If it does not exist or was deleted.
        """
        standing = self._log.open(project_id)
        standing, engine = self._sources.wait(standing, is_complete=is_complete)
        return View(self._believed(standing), engine, self._curves)

    def last_news(self, project_id: str) -> int:
        """Another number whenever somebody did something: see ``State.news``.

        Raises
        ------
        UnknownProjectError
            If there is no such project.
        StoreError
            If it could not be read.
        """
        return self._log.open(project_id).state.news

    def _believed(self, standing: Standing) -> Standing:
        """A project with what is taken for true where people disagree, as its settings say."""
        votes = standing.state.votes
        if standing.project.config.truth == "majority" or not votes.n_split:
            return standing
        key = standing.project.project_id, votes.digest
        others = self._truths.get(key, lambda: estimated(standing.state))
        return replace(standing, state=believing(standing.state, others))
