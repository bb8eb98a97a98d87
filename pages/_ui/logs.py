"""What the server says of itself, as lines for people or as JSON for programs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

import uvicorn.config
from pythonjsonlogger.json import JsonFormatter

from core.errors import InvalidSettingError

VARIABLE: Final = "LABELSPREAD_LOG"

_AS_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_AS_JSON: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_FIELDS: Final = {"asctime": "time", "levelname": "level", "name": "logger"}


def set_up_logs(environment: Mapping[str, str]) -> None:
    """Say what happens as ``LABELSPREAD_LOG`` asks: ``text``, which is the default, or ``json``.

    Raises
    ------
    InvalidSettingError
        If it asks for something else.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(environment))
    logging.basicConfig(handlers=[handler], force=True)
    # Its start and stop are of no interest beside our one line; its errors are.
    uvicorn.config.LOGGING_CONFIG["loggers"]["uvicorn.error"]["level"] = "WARNING"
    uvicorn.config.LOGGING_CONFIG["loggers"]["uvicorn"]["handlers"] = []
    uvicorn.config.LOGGING_CONFIG["loggers"]["uvicorn"]["propagate"] = True


def tell(text: str, environment: Mapping[str, str]) -> None:
    """Say what whoever starts the server is to read, as a line of the log where that is JSON."""
    if _wanted(environment) == "json":
        made = logging.makeLogRecord({"name": "labelspread.server", "msg": text, "levelno": 20})
        made.levelname = "INFO"
        text = _formatter(environment).format(made)
    print(text, flush=True)


def take_over_streamlit(environment: Mapping[str, str]) -> None:
    """Let Streamlit's own loggers, each of which writes by itself, say things the same way."""
    formatter = _formatter(environment)
    for logger in [*logging.root.manager.loggerDict.values()]:
        own = getattr(logger, "streamlit_console_handler", None)
        if isinstance(own, logging.Handler):
            own.setFormatter(formatter)


def _formatter(environment: Mapping[str, str]) -> logging.Formatter:
    wanted = _wanted(environment)
    if wanted == "json":
        return JsonFormatter(_AS_JSON, rename_fields=_FIELDS)
    if wanted == "text":
        return logging.Formatter(_AS_TEXT)
    raise InvalidSettingError(f"{VARIABLE} is “{wanted[:40]}”.", "Set it to text or json.")


def _wanted(environment: Mapping[str, str]) -> str:
    return environment.get(VARIABLE, "").strip().lower() or "text"
