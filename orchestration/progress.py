"""What a person at the command line sees while a refresh runs: a line per finished step, with its time and row counts."""

import logging
import sys
from typing import Any

import dagster as dg


class _ProgressHandler(logging.Handler):
    """Prints finished and failed steps and what raw tables received; leaves Dagster's own chatter out."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line for each event that a person waits for."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        line = self._line(event) if event is not None else None
        if line:
            print(line, file=sys.__stdout__, flush=True)

    def _line(self, event: dg.DagsterEvent) -> str | None:
        if event.event_type_value == "STEP_START":
            return f"           {event.step_key} ..." if event.step_key == "warehouse" else None
        if event.event_type_value == "STEP_SUCCESS":
            return f"  {event.step_success_data.duration_ms / 1000:6.1f} s  {event.step_key}"
        if event.event_type_value == "STEP_FAILURE":
            return f"  failed    {event.step_key}"
        if event.event_type_value == "ASSET_MATERIALIZATION" and str(event.step_key).startswith("raw__"):
            return self._received(event.materialization.metadata)
        return None

    @staticmethod
    def _received(metadata: Any) -> str | None:
        loaded, quarantined = metadata["loaded_rows"].value, metadata["quarantined_rows"].value
        if not metadata["is_delivered"].value:
            return "            not delivered:"
        known = f", {metadata['files_known_before'].value} files known before" if metadata["files_known_before"].value else ""
        return f"            {loaded:,} rows loaded, {quarantined:,} quarantined{known}:"


@dg.logger(description="One line per step, for the command line.")
def progress_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger that prints progress to standard output."""
    logger = logging.Logger("receivables.progress", level=logging.DEBUG)
    logger.addHandler(_ProgressHandler())
    return logger
