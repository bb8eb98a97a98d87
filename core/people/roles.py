"""What a person may do: the roles of a project, and what each use case asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from core.session.events import RoleName


class Role(StrEnum):
    """What a person is in a project; a later one may do all that an earlier one may."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """Grows with what may be done."""
        return [*Role].index(self)

    @property
    def named(self) -> RoleName:
        """As it stands in a log."""
        return self.value

    def may(self, least: Role) -> bool:
        """Whether this role is enough where ``least`` is needed."""
        return self.rank >= least.rank


class Need(Enum):
    """What a use case asks of whoever calls it."""

    PROCESS = "the process itself, and no person"
    PERSON = "anybody who is signed in; what belongs to others is not there"
    SET_OWNER = "whoever has brought in the set, or an administrator"
    ADMINISTRATOR = "an administrator"
    ANNOTATOR = Role.ANNOTATOR
    UNBLINDED = "an annotator; a reviewer where people do not see what others say"
    OWN = "an annotator for answers of one's own, a reviewer for those of others"
    REVIEWER = Role.REVIEWER
    OWNER = Role.OWNER


RIGHTS: Final[Mapping[str, Need]] = MappingProxyType(
    {
        # The process, and phones in a room, which are known by a secret of their own.
        "answer_in_room": Need.PROCESS,
        "in_room": Need.PROCESS,
        "join_room": Need.PROCESS,
        "close": Need.PROCESS,
        "counts": Need.PROCESS,
        "ensure_default_project": Need.PROCESS,
        "latest": Need.PROCESS,
        "owners_of_set": Need.PROCESS,
        "ping": Need.PROCESS,
        "standing": Need.PROCESS,
        "standing_lately": Need.PROCESS,
        "warm_up": Need.PROCESS,
        # What is there, and what is made: each sees only what is one's own, or shared with one.
        "accept_invitation": Need.PERSON,
        "bring_back": Need.PERSON,
        "broken_projects": Need.PERSON,
        "create_project": Need.PERSON,
        "datasets": Need.PERSON,
        "delete_dataset": Need.SET_OWNER,
        "deleted_projects": Need.PERSON,
        "free_name": Need.PERSON,
        "networks": Need.PERSON,
        "projects": Need.PERSON,
        "projects_on": Need.PERSON,
        "projects_with": Need.PERSON,
        "delete_network": Need.ADMINISTRATOR,
        # To look at a project, and to answer. Nothing of it tells a person what others have said of
        # an image, or what is predicted of one that they may be asked about: it is of the project
        # as a whole (``advice``, ``members``, ``n_labels`` ...), of one's own answers (``answers``
        # where people are blind, ``redo``, ``undo``), or blind itself (``batch``, ``serve``).
        # ``look`` and ``view`` hand all of it to a page, which draws none of that.
        "advice": Need.ANNOTATOR,
        "answers": Need.ANNOTATOR,
        "batch": Need.ANNOTATOR,
        "calibration": Need.ANNOTATOR,
        "can_be_compared_otherwise": Need.ANNOTATOR,
        "judged": Need.ANNOTATOR,
        "known_accuracy": Need.ANNOTATOR,
        "last_news": Need.ANNOTATOR,
        "leave": Need.ANNOTATOR,
        "look": Need.ANNOTATOR,
        "members": Need.ANNOTATOR,
        "n_labels": Need.ANNOTATOR,
        "origin": Need.ANNOTATOR,
        "problem": Need.ANNOTATOR,
        "project": Need.ANNOTATOR,
        "redo": Need.ANNOTATOR,
        "role_of": Need.ANNOTATOR,
        "serve": Need.ANNOTATOR,
        "stay": Need.ANNOTATOR,
        "stop_advice": Need.ANNOTATOR,
        "submit": Need.ANNOTATOR,
        "timed": Need.ANNOTATOR,
        "undo": Need.ANNOTATOR,
        "view": Need.ANNOTATOR,
        "with_others": Need.ANNOTATOR,
        # What is said or predicted of single images: the grid, the map, the past and the lists.
        "can_improve_layout": Need.UNBLINDED,
        "check_many": Need.UNBLINDED,
        "compare_rounds": Need.UNBLINDED,
        "grid": Need.UNBLINDED,
        "is_layout_plain": Need.UNBLINDED,
        "layout": Need.UNBLINDED,
        "layout_name": Need.UNBLINDED,
        "layout_work": Need.UNBLINDED,
        "look_unblinded": Need.UNBLINDED,
        "marks": Need.UNBLINDED,
        "past": Need.UNBLINDED,
        "prepare_grid": Need.UNBLINDED,
        "stop_layout": Need.UNBLINDED,
        # Answers that were given.
        "correct": Need.OWN,
        "correct_many": Need.OWN,
        "take_back": Need.OWN,
        "take_back_batch": Need.OWN,
        # What others have said, which classes there are, and what is taken away.
        "add_class": Need.REVIEWER,
        "ask_checks": Need.REVIEWER,
        "change_classes": Need.REVIEWER,
        "decide": Need.REVIEWER,
        "judge": Need.REVIEWER,
        "keep": Need.REVIEWER,
        "labelled": Need.REVIEWER,
        "map_class": Need.REVIEWER,
        "people": Need.REVIEWER,
        "restore_class": Need.REVIEWER,
        "set_target": Need.REVIEWER,
        "take_back_decision": Need.REVIEWER,
        "take_back_keep": Need.REVIEWER,
        "view_to_take_away": Need.REVIEWER,
        # The project itself, and who is in it.
        "ask_known": Need.OWNER,
        "branch": Need.OWNER,
        "compare_by": Need.OWNER,
        "delete_project": Need.OWNER,
        "give_role": Need.OWNER,
        "hide_predictions": Need.OWNER,
        "invitations": Need.OWNER,
        "invite": Need.OWNER,
        "log_pack": Need.OWNER,
        "open_room": Need.OWNER,
        "rename_project": Need.OWNER,
        "restore_project": Need.OWNER,
        "room": Need.OWNER,
        "set_room": Need.OWNER,
        "set_known": Need.OWNER,
        "withdraw_invitation": Need.OWNER,
    }
)
"""Every use case and what it asks for. What does not stand here nobody may do."""
