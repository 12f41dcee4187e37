"""What a run did, as OpenLineage events: loads, models with column lineage, publications. https://openlineage.io

Events go to a file of the run below the home, or to the HTTP endpoint that the settings name. A catalogue that is away never
stops a refresh.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import requests
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    dataset_version_dataset,
    output_statistics_output_dataset,
    parent_run,
    schema_dataset,
)
from openlineage.client.transport.file import FileConfig, FileTransport
from openlineage.client.transport.http import HttpConfig, HttpTransport

from orchestration.project.lineage import ColumnLineage
from orchestration.project.marts import manifest_body
from orchestration.settings import Settings

NAMESPACE, JOB, PRODUCER = "receivables", "daily_refresh", "urn:receivables"
Facets = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One thing that a run did: its name, when it began and ended (UTC), what it read and what it wrote, by dataset name."""

    name: str
    started_at: datetime
    ended_at: datetime
    inputs: Mapping[str, Facets]
    outputs: Mapping[str, Facets]
    rows: Mapping[str, int] = field(default_factory=dict)


def emit(settings: Settings, run_id: str, steps: Iterable[Step]) -> str | None:
    """Tell of steps of a Dagster run, each as begun and as completed. Gives what went wrong with an endpoint, in words."""
    client = OpenLineageClient(transport=_transport(settings, run_id))
    try:
        for step in steps:
            for event in _events(run_id, step):
                client.emit(event)
    except requests.RequestException as error:
        return f"{settings.openlineage_url} did not take the OpenLineage events: {error}"
    return None


def load_steps(loads: Iterable[Mapping[str, Any]], at: datetime) -> Iterator[Step]:
    """A step for each load: the delivered file, known by its fingerprint, into its raw table."""
    for load in loads:
        version = dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=load["file_sha256"])
        raw = f"raw.{load['table_name'].replace('.', '__')}"
        rows = {raw: load["loaded_row_count"]}
        yield Step(f"load.{load['table_name']}", at, at, {f"file/{load['file_name']}": {"version": version}}, {raw: {}}, rows)


def model_steps(manifest: Path, run_results: Path, lineage: ColumnLineage | None) -> Iterator[Step]:
    """A step for each seed and model that a dbt build built, with the columns of what it wrote and where they come from."""
    body = manifest_body(manifest)
    nodes = body["nodes"] | body["sources"]
    for result in json.loads(run_results.read_text(encoding="utf-8"))["results"]:
        node = nodes.get(result["unique_id"])
        timing = [one for one in result["timing"] if one["name"] == "execute"]
        if node is None or node["resource_type"] not in ("model", "seed") or result["status"] != "success" or not timing:
            continue
        started, ended = (datetime.fromisoformat(timing[0][key]) for key in ("started_at", "completed_at"))
        parents: dict[str, Facets] = {
            _name(nodes[parent]): {} for parent in node.get("depends_on", {}).get("nodes", []) if parent in nodes
        }
        facets = _column_facets(node["unique_id"], nodes, lineage) if lineage else {}
        yield Step(f"dbt.{node['name']}", started, ended, parents, {_name(node): facets})


def publication_step(manifest: Mapping[str, Any]) -> Step:
    """The step that published: every mart into the publication, known by its content hash."""
    at = datetime.fromisoformat(manifest["published_at"]).replace(tzinfo=UTC)
    marts = manifest["marts"]
    versions = {
        f"published.{name}": {"version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=mart["content_hash"])}
        for name, mart in marts.items()
    }
    rows = {f"published.{name}": mart["rows"] for name, mart in marts.items()}
    return Step("publish", at, at, {f"marts.{name}": {} for name in marts}, versions, rows)


def _transport(settings: Settings, run_id: str) -> FileTransport | HttpTransport:
    if settings.openlineage_url:
        return HttpTransport(HttpConfig(url=settings.openlineage_url, retry={"total": 0}))
    settings.openlineage.mkdir(parents=True, exist_ok=True)
    return FileTransport(FileConfig(log_file_path=str(settings.openlineage / f"{run_id}.jsonl"), append=True))


def _events(run_id: str, step: Step) -> Iterator[RunEvent]:
    parent = parent_run.ParentRunFacet(
        run=parent_run.Run(runId=run_id), job=parent_run.Job(namespace=NAMESPACE, name=JOB), producer=PRODUCER
    )
    run = Run(runId=str(uuid5(NAMESPACE_URL, f"{run_id}/{step.name}/{'/'.join(step.inputs)}")), facets={"parent": parent})
    job = Job(namespace=NAMESPACE, name=step.name)
    inputs = [InputDataset(NAMESPACE, name, facets=facets) for name, facets in step.inputs.items()]
    outputs = [OutputDataset(NAMESPACE, name, _statistics(step, name), facets=facets) for name, facets in step.outputs.items()]
    for state, at in ((RunState.START, step.started_at), (RunState.COMPLETE, step.ended_at)):
        moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
        yield RunEvent(
            eventTime=moment, producer=PRODUCER, run=run, job=job, eventType=state, inputs=inputs,
            outputs=outputs if state == RunState.COMPLETE else [],
        )  # fmt: skip


def _statistics(step: Step, name: str) -> Facets:
    if name not in step.rows:
        return {}
    return {"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=step.rows[name])}


def _name(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node.get('identifier') or node['name']}"


def _column_facets(node_id: str, nodes: Mapping[str, Any], lineage: ColumnLineage) -> Facets:
    columns = [
        schema_dataset.SchemaDatasetFacetFields(name=name, type=sql_type)
        for name, sql_type in lineage.types.get(node_id, {}).items()
    ]
    origins = {
        column: column_lineage_dataset.Fields(
            [
                column_lineage_dataset.InputField(NAMESPACE, _name(nodes[origin]), name)
                for origin, name in found
                if origin in nodes
            ]
        )
        for column, found in lineage.origins.get(node_id, {}).items()
    }
    facets: Facets = {"schema": schema_dataset.SchemaDatasetFacet(fields=columns)}
    return facets | ({"columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=origins)} if origins else {})
