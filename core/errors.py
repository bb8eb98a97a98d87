"""One tree of errors. Each says what was wrong and what to do, in words fit for the page."""

from __future__ import annotations


class LabelspreadError(Exception):
    """The root of all errors that this project raises on purpose.

    Names of files and classes come from anywhere: signs that cannot be seen are left out.

    Parameters
    ----------
    problem
        What was wrong, and where: one sentence.
    remedy
        What the person can do about it: one sentence, or nothing.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = _seen(problem)
        self.remedy = _seen(remedy)
        super().__init__(f"{self.problem} {self.remedy}".strip())


class InvalidConfigError(LabelspreadError):
    """A project's settings contradict each other or its data set."""


class InvalidSettingError(LabelspreadError):
    """An environment variable has a value that makes no sense."""


class InvalidFeaturesError(LabelspreadError):
    """A data set has features that no graph can be built from."""


class InvalidNetworkError(LabelspreadError):
    """A network is not there, cannot be fetched or run, or makes no features of images."""


class LayoutError(LabelspreadError):
    """A map cannot be laid out by neighbours."""

    def __init__(self) -> None:
        super().__init__(
            "The better map could not be made.", "The plain one stays; the server's log says more."
        )


class InvalidDatasetError(LabelspreadError):
    """A data set is not there, cannot be read, or is not one."""


class ChangingDatasetError(InvalidDatasetError):
    """A data set changes again and again while it is read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The image set {name} is being written by another program.", "Try again in a moment."
        )


class OutdatedViewError(LabelspreadError):
    """A project was looked at before its images changed; look again."""

    def __init__(self) -> None:
        super().__init__("The images of this project have just changed.", "Reload the page.")


class OtherImagesError(InvalidDatasetError):
    """A data set holds other images than those that a project was labelled on."""

    def __init__(self, project: str, before: str, dataset: str, now: str) -> None:
        super().__init__(
            f"“{project}” was labelled on {before}, and hardly any of those you have seen are in "
            f"{dataset} now, which holds {now}.",
            "Put the old file back in its place; all labels are kept. For the new images, make "
            "a new project.",
        )


class InvalidNameError(LabelspreadError):
    """A project cannot have this name, or none has it."""


class UnknownProjectError(LabelspreadError):
    """There is no such project, or it was deleted."""

    def __init__(self, project_id: str) -> None:
        super().__init__(
            "This project does not exist, or it was deleted.",
            "Open another one on the Projects page; a deleted one can be restored there.",
        )
        self.project_id = project_id


class NotAllowedError(LabelspreadError):
    """Somebody may not do this here."""


class NotSignedInError(LabelspreadError):
    """Nobody is signed in, or the sign-in has ended."""

    def __init__(self) -> None:
        super().__init__("Your sign-in has ended.", "Sign in again.")


class UnknownInvitationError(LabelspreadError):
    """There is no such invitation, or its time is over, or it was withdrawn."""

    def __init__(self) -> None:
        super().__init__(
            "This invitation does not exist, or it has ended.",
            "Ask whoever sent the link for a new one.",
        )


class UnknownRoomError(LabelspreadError):
    """There is no such room, or it is over."""

    def __init__(self) -> None:
        super().__init__("There is no room with this code.", "Look at the big screen again.")


class NotInRoomError(LabelspreadError):
    """A phone is not known in a room."""

    def __init__(self) -> None:
        super().__init__("This phone is not in the room yet.", "Say who you are first.")


class RoomFullError(LabelspreadError):
    """Too many people are in a room."""

    def __init__(self, most: int) -> None:
        super().__init__(f"This room is full: {most:,} people are in it.", "Watch the big screen.")


class UnknownRoundError(LabelspreadError):
    """A project has no such round, or has it no more."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"There is no round {number:,} with an answer in this project.", "Choose another."
        )


class UnknownRunError(LabelspreadError):
    """There is no published run of this name."""


class UnknownComparisonError(LabelspreadError):
    """There is no such comparison, or its file cannot be read."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Open another one, or start a new one.")


class ComparisonNotKeptError(LabelspreadError):
    """A comparison cannot be written to the disk, or removed from it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Free some disk space, or check LABELSPREAD_HOME.")


class ComparisonUnderWayError(LabelspreadError):
    """Another comparison has not ended yet, and there is one at a time."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"“{title}” is being computed, and there is one comparison at a time.",
            "Wait for it or cancel it.",
        )


class FigureExportError(LabelspreadError):
    """A figure cannot be drawn as a file of this kind."""


class NotPrintedError(LabelspreadError):
    """A report cannot be printed: there is no browser, or it fails."""


class FileNotWrittenError(LabelspreadError):
    """A file cannot be written where it was asked for."""


class NotPredictedError(LabelspreadError):
    """Nothing can be said of other items by a project, or not be written where it is to go."""


class InvalidProjectFileError(LabelspreadError):
    """A file is no project that was exported, is damaged, or is one of a newer version."""


class BackupError(LabelspreadError):
    """A backup cannot be made, or is none that could be restored."""


class InvalidMessageError(LabelspreadError):
    """A browser sent something that no version of the label page would send."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The page sent a message that the server does not understand ({detail}).",
            "None of it was stored. Reload the page.",
        )
        self.detail = detail


class IllegalEventError(LabelspreadError):
    """An event does not fit the state it would change; nothing was changed."""


class UnknownBatchError(IllegalEventError):
    """A message names a batch that this project never served."""

    def __init__(self, batch_id: str) -> None:
        super().__init__(
            "The page answered a batch that this project never showed.",
            "None of it was stored. Reload the page.",
        )
        self.batch_id = batch_id


class UnknownItemError(IllegalEventError):
    """A message answers an item that was not in its batch."""

    def __init__(self, item: int, batch_id: str) -> None:
        super().__init__(
            f"The page answered item {item}, which was not in its batch.",
            "None of it was stored. Reload the page.",
        )
        self.item = item
        self.batch_id = batch_id


class UnknownClassError(IllegalEventError):
    """A message gives a label that is not one of the project's classes."""

    def __init__(self, label: str, class_names: tuple[str, ...]) -> None:
        some = ", ".join(class_names[:10]) + (", …" if len(class_names) > 10 else "")
        super().__init__(
            f"“{label[:40]}” is not one of the classes ({some}).",
            "None of it was stored. Choose one of the classes.",
        )
        self.label = label
        self.class_names = class_names


class IllegalClassesError(IllegalEventError):
    """The classes of a project cannot be what somebody wants them to be."""


class OvertakenError(IllegalEventError):
    """An answer cannot be undone before those that came after it."""

    def __init__(self) -> None:
        super().__init__(
            "Another answer has come in since, from another tab.", "Undo that one first."
        )


class NotOwnAnswerError(IllegalEventError):
    """An answer that is to be undone or put back is another person's, and in force."""

    def __init__(self, item: int) -> None:
        super().__init__(
            f"The answer to image {item} is somebody else's; nothing was changed.",
            "Undo and redo are about your own answers.",
        )
        self.item = item


class NothingToRedoError(IllegalEventError):
    """An undone answer cannot be put back any more."""

    def __init__(self) -> None:
        super().__init__(
            "Something else has been answered or undone since.", "Give the answer again instead."
        )


class NotInForceError(IllegalEventError):
    """An answer that is to be corrected was undone or taken back since."""

    def __init__(self, item: int) -> None:
        super().__init__(
            f"The answer to image {item} has been taken back since.", "It can be given again."
        )
        self.item = item


class StoreError(LabelspreadError):
    """The database could not do what was asked; what it held before is unchanged."""


class StoreBusyError(StoreError):
    """Another program holds the database's lock for too long."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The database {where} is locked by another program.",
            "Close that program and try again.",
        )


class StoreReadOnlyError(StoreError):
    """The database may be read but not written."""

    def __init__(
        self, where: str, remedy: str = "Make the file and its folder writable for the app."
    ) -> None:
        super().__init__(f"The database {where} is read-only, so no answer can be saved.", remedy)


class StoreCrowdedError(StoreError):
    """The database takes no more connections now."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The database {where} takes no more connections.",
            "Try again in a moment, or let the server take more (max_connections).",
        )


class StoreFullError(StoreError):
    """The disk, or the database's allowed size, is used up."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"There is no room left for the database {where}.", "Free some disk space."
        )


class StoreCorruptError(StoreError):
    """The file is damaged or is no database at all."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The database {where} is damaged, or is not a database.",
            "Put a backup in its place, or move it away to start with an empty one.",
        )


class StoreReplacedError(StoreError):
    """The database's file, or its log, was removed or replaced while the app was using it.

    Parameters
    ----------
    where
        The file's place.
    happened
        What became of it: "was removed".
    kept
        Where its content was saved; empty if it was not.
    remedy
        What the person can do about it.
    """

    def __init__(
        self,
        where: str,
        happened: str,
        kept: str = "",
        remedy: str = "None of this was saved. Put the file or a backup in its place; "
        "the app goes on with what it finds there.",
    ) -> None:
        told = f" What it held is in {kept}." if kept else ""
        super().__init__(
            f"The database {where} {happened} while the app was using it.{told}", remedy
        )
        self.kept = kept


class StoreTooNewError(StoreError):
    """The database was written by a newer version of the app."""

    def __init__(self, where: str, revision: str) -> None:
        super().__init__(
            f"The database {where} was written by a newer version of Labelspread "
            f"(schema {revision}).",
            "Update the app, or set LABELSPREAD_DATABASE_URL to another database.",
        )
        self.revision = revision


class ClassesUnknownError(StoreError):
    """The classes of a project are not known while its images are away."""

    def __init__(self) -> None:
        super().__init__(
            "The images of this project are missing, and its classes were never recorded.",
            "Put the file back in its place; the answer is kept until then.",
        )


class EventTooNewError(StoreError):
    """The log of a project has an event that only a newer version of the app can read."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"This project was used with a newer version of Labelspread ({detail}).",
            "Update the app; nothing is lost.",
        )
        self.detail = detail


class StoreUnavailableError(StoreError):
    """The database cannot be reached, for a reason of its own."""

    def __init__(self, where: str, detail: str) -> None:
        super().__init__(
            f"The database {where} cannot be used ({detail}).",
            "Check LABELSPREAD_DATABASE_URL and LABELSPREAD_HOME.",
        )


class StoreUnreachableError(StoreError):
    """The server of the database does not answer, or is starting or stopping."""

    def __init__(self, where: str, detail: str) -> None:
        super().__init__(
            f"The database {where} cannot be reached ({detail}).",
            "See that its server runs; the app goes on by itself once it is there.",
        )


class ProjectUnusableError(StoreError):
    """The settings of one project cannot be read by this program; all else works."""


class EventDamagedError(StoreError):
    """An event in the log of one project cannot be read; all else works."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"Event {seq} in the log of this project is damaged.",
            "Other projects are not affected. Put a backup of the database in its place, or go on "
            "without this project.",
        )
        self.seq = seq


class LeasedError(StoreError):
    """Something of what was to come to a desk is on another one; choose anew."""

    def __init__(self, project_id: str, desk: str) -> None:
        super().__init__("Others are looking at some of these images.", "Reload the page.")
        self.project_id = project_id
        self.desk = desk


class SequenceConflictError(StoreError):
    """Someone else appended to the log first; read it again and decide anew."""

    def __init__(self, project_id: str, expected_seq: int) -> None:
        super().__init__(f"The log of this project has grown beyond event {expected_seq}.")
        self.project_id = project_id
        self.expected_seq = expected_seq


def _seen(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())
