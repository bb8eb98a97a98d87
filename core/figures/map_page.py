"""What the map's component is sent: typed here, and checked there by types made from this."""

from __future__ import annotations

from core.figures.palette import DARK, LIGHT, class_colours
from core.service.exploring import marks_name
from core.service.labelling import Service
from core.service.page import Shown
from core.service.view import View


class MapClass(Shown):
    """A class, and the colour of its items on light and on dark pages."""

    name: str
    light: str
    dark: str


class MapWork(Shown):
    """How far a better layout has come; ``seconds_left`` is None while that is not known."""

    stage: str
    share: float
    seconds_left: float | None


class MapState(Shown):
    """What may change while a person looks at the map.

    Attributes
    ----------
    layout, marks
        Names for where items lie, and for what is said of them: another one where that is other.
    is_plain
        Whether items lie by their principal components.
    numbering, named
        Which number each image has, and what classes are called.
    says
        A sentence that the person has to know; empty where there is none.
    work
        The work on a better layout; None where nothing is under way.
    can_improve
        Whether such work could be begun.
    """

    layout: str
    marks: str
    is_plain: bool
    numbering: str
    named: int
    says: str
    work: MapWork | None
    can_improve: bool


class MapPage(Shown):
    """Everything the map's component shows.

    Attributes
    ----------
    root
        The address below which places, marks and images are; None where nothing sends them.
    ink
        Whether images are ink on paper, and no photographs.
    """

    project: str
    root: str | None
    ink: bool
    n_items: int
    classes: tuple[MapClass, ...]
    state: MapState


def describe_map(service: Service, view: View, root: str | None) -> MapPage:
    """Everything the component shows.

    Parameters
    ----------
    root
        As of the page.
    """
    names, marks = view.class_names, view.state.class_list.marks
    chosen = [marks[name].colour if name in marks else None for name in names]
    colours = zip(names, class_colours(chosen, LIGHT), class_colours(chosen, DARK), strict=True)
    return MapPage(
        project=view.project.project_id,
        root=root,
        ink=view.dataset.is_ink,
        n_items=view.dataset.n_items,
        classes=tuple(MapClass(name=name, light=one, dark=two) for name, one, two in colours),
        state=map_state(service, view),
    )


def map_state(service: Service, view: View) -> MapState:
    """How things stand; a better layout is begun if need be."""
    work = service.layout_work(view)
    told = None
    if work is not None and not work.done:
        step = work.step
        told = MapWork(stage=step.stage, share=step.share, seconds_left=step.seconds_left)
    can_improve = service.can_improve_layout(view)
    return MapState(
        layout=service.layout_name(view),
        marks=marks_name(view),
        is_plain=service.is_layout_plain(view),
        numbering=view.state.images.numbering,
        named=view.state.class_list.seq,
        says=_says(view),
        work=told,
        can_improve=can_improve and told is None,
    )


def _says(view: View) -> str:
    if not view.labels:
        return "No image has a label yet, so all are grey: colours come with the first labels."
    return ""
