"""What a person at the command line sees while a refresh runs: a line per finished step, with its time and row counts."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg

from ingestion.errors import visible

# What a step tells of itself on the way begins so.
ON_THE_WAY = "progress: "
BEGUN = {
    "warehouse": "warehouse: building and testing the models ...",
    "gate__candidate": "gate: checking the marts ...",
    "published__receivables": "published: writing what is read ...",
}


class _ProgressHandler(logging.Handler):
    """Prints finished and failed steps and what raw tables received; leaves Dagster's own chatter out."""

    def __init__(self) -> None:
        super().__init__()
        self._received = ""

    def emit(self, record: logging.LogRecord) -> None:
        """One line for each event that a person waits for."""
        meta = getattr(record, "dagster_meta", {})
        event, message = meta.get("dagster_event"), str(meta.get("orig_message"))
        line = self._line(event) if event is not None else _on_the_way(message)
        if line:
            print(visible(line), file=sys.__stdout__, flush=True)

    def _line(self, event: dg.DagsterEvent) -> str | None:
        kind, step = event.event_type_value, str(event.step_key)
        if kind == "ASSET_MATERIALIZATION" and step.startswith("raw__"):
            self._received = _received(event.step_materialization_data.materialization.metadata)
        if kind == "STEP_START" and step in BEGUN:
            return f"{'':12}{BEGUN[step]}"
        if kind == "STEP_FAILURE":
            return f"    failed  {step}"
        if kind != "STEP_SUCCESS":
            return None
        received, self._received = self._received, ""
        return f"  {event.step_success_data.duration_ms / 1000:6.1f} s  {step:<32}{received}"


def _on_the_way(message: str) -> str | None:
    return f"{'':12}{message.removeprefix(ON_THE_WAY)}" if message.startswith(ON_THE_WAY) else None


def _received(metadata: Mapping[str, Any]) -> str:
    """What a raw table received in this run."""
    if not metadata["is_delivered"].value:
        return "not delivered"
    loaded, quarantined, known = (metadata[key].value for key in ("loaded_rows", "quarantined_rows", "files_known_before"))
    closed = metadata["closed_rows"].value
    told = f"{loaded:>10,} loaded {quarantined:>6,} quarantined" + (f"   {closed:,} closed" if closed else "")
    return told + (f"   {known} files known before" if known else "")


@dg.logger({}, "One line per step, for the command line.")
def progress_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger that prints progress to standard output."""
    logger = logging.Logger("receivables.progress", level=logging.DEBUG)
    logger.addHandler(_ProgressHandler())
    return logger
