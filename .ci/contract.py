"""Prints what the components and the server say to each other, as JSON schemas by component."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.figures.map_page import MapPage
from core.figures.presented import LeaveMessage, StagePage
from core.figures.room_page import RoomFigures, RoomPage, RoomWish
from core.service.exploring import MapChoice
from core.service.grid_page import GridPage
from core.service.page import Exchanged, LabelPage
from core.service.phone_page import PhoneAnswers, PhoneJoin, PhonePage
from core.service.protocol import GridMessage, Message, ReviewMessage
from core.service.review_page import ReviewPage


def schema_of(
    down: type[BaseModel], up: tuple[type[BaseModel], ...], *also: type[BaseModel]
) -> dict[str, Any]:
    """One component's schema: what it is sent, the messages it sends, and what else it hears.

    All fields are there on both ways, hence as they are written and not as they may be read.
    """
    _, whole = models_json_schema([(model, "serialization") for model in (down, *up, *also)])
    definitions = whole["$defs"]
    for definition in definitions.values():
        for field in definition["properties"].values():
            field.pop("title", None)
            field.pop("default", None)
        definition["required"] = [*definition["properties"]]
    names = [f"#/$defs/{model.__name__}" for model in up]
    definitions["Message"] = {"title": "Message", "anyOf": [{"$ref": name} for name in names]}
    root = definitions.pop(down.__name__)
    told = json.dumps(root | {"$defs": definitions})
    schema: dict[str, Any] = json.loads(told.replace(f'"#/$defs/{down.__name__}"', '"#"'))
    return schema


if __name__ == "__main__":
    print(
        json.dumps(
            {
                "explore": schema_of(MapPage, (MapChoice,)),
                "grid": schema_of(GridPage, get_args(GridMessage)),
                "labeler": schema_of(LabelPage, get_args(Message), Exchanged),
                "phone": schema_of(PhonePage, (PhoneJoin, PhoneAnswers)),
                "review": schema_of(ReviewPage, get_args(ReviewMessage)),
                "room": schema_of(RoomPage, (RoomWish,), RoomFigures),
                "stage": schema_of(StagePage, (LeaveMessage,)),
            }
        )
    )
