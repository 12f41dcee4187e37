"""The candidate: the marts as a build left them, identified by their content, the policy, and the inputs that they came from."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb

from ingestion.errors import DataRefusedError
from orchestration.ledger.files import write_json
from orchestration.ledger.fingerprint import combined_hash, table_hashes
from orchestration.settings import Settings


@dataclass(frozen=True)
class Candidate:
    """A set of marts that may be published. Hashes are of content, by table."""

    as_of_date: date
    known_through: int
    mart_hashes: dict[str, str]
    policy_hashes: dict[str, str]

    @property
    def candidate_id(self) -> str:
        """Equal for equal marts, policy, as-of date and state of knowledge; what evidence is filed under."""
        return combined_hash(sorted(self._parts().items()))[:32]

    @property
    def publication_id(self) -> str:
        """Name of the publication that the candidate becomes."""
        return f"{self.as_of_date.isoformat()}-{self.candidate_id[:12]}"

    def _parts(self) -> dict[str, object]:
        hashes = {name: sorted(getattr(self, name).items()) for name in ("mart_hashes", "policy_hashes")}
        return {"as_of_date": self.as_of_date, "known_through": self.known_through, **hashes}


def fingerprint_candidate(settings: Settings, as_of_date: date) -> Candidate:
    """The candidate that stands in the working database now."""
    with duckdb.connect(str(settings.working_database)) as con:
        known_through = con.execute("select known_through from raw.refresh").fetchone()
        return Candidate(
            as_of_date=as_of_date,
            known_through=int(known_through[0]) if known_through else 0,
            mart_hashes=table_hashes(con, "marts"),
            policy_hashes=table_hashes(con, "policy"),
        )


def write_candidate(settings: Settings, candidate: Candidate) -> None:
    """Note which candidate the working database holds."""
    write_json(_note(settings), asdict(candidate))


def read_candidate(settings: Settings, as_of_date: date) -> Candidate:
    """The candidate noted last; refused when there is none or another refresh has built another date since."""
    path = _note(settings)
    body = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"as_of_date": None}
    if body["as_of_date"] != as_of_date.isoformat():
        raise DataRefusedError(
            f"The working database holds no candidate as of {as_of_date} but as of {body['as_of_date']}.",
            f"run `receivables refresh --as-of {as_of_date}` when no other refresh is running",
        )
    return Candidate(**{**body, "as_of_date": as_of_date})


def _note(settings: Settings) -> Path:
    return settings.evidence / "candidate.json"
