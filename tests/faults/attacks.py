"""What a hand that can write in a home may do to it. Each function tampers with a copy of a home and says what must be named.

Those of `BEYOND_THE_HOME` leave a home that is consistent in itself: only an anchor that was kept elsewhere finds them.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ledger.ledger import BEGINNING, Entry, Ledger

EARLIER, LATER = "2026-02-28", "2026-03-31"
AT = datetime(2027, 1, 1)  # noqa: DTZ001
Attack = Callable[[Path], str]


# Tools of the trade.


def opened(path: Path) -> Path:
    """A file or folder that may be written, whatever protects it."""
    path.parent.chmod(0o755)
    path.chmod(0o755 if path.is_dir() else 0o644)
    return path


def sql(database: Path, statement: str) -> None:
    with duckdb.connect(str(opened(database))) as con:
        con.execute(statement)


def in_working(home: Path, statement: str) -> None:
    sql(home / "working.duckdb", statement)


def taken_out(home: Path, load: Mapping[str, Any]) -> str:
    """Take a load and its rows out of the working database."""
    in_working(home, f"delete from raw.loads where load_id = {load['load_id']}")
    table = load["table_name"].replace(".", "__")
    in_working(home, f"delete from raw.{table} where _load_id = {load['load_id']}")
    return f"load {load['load_id']} ({load['file_name']}), which the ledger tells of, is gone"


def entries_of(home: Path) -> list[Entry]:
    return Ledger(home / "ledger" / "ledger.jsonl").entries()


def written(home: Path, entries: list[Entry]) -> None:
    """The ledger with other entries, their hashes as somebody left them."""
    lines = [json.dumps(vars(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for entry in entries]
    (home / "ledger" / "ledger.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def chained_anew(entries: list[Entry]) -> list[Entry]:
    """Entries with numbers and hashes that make a chain, as anybody can compute them."""
    found: list[Entry] = []
    for number, entry in enumerate(entries, 1):
        body = {**vars(entry), "number": number, "previous_hash": found[-1].hash if found else BEGINNING}
        found.append(Entry(**{**body, "hash": Entry(**body).own_hash()}))
    return found


def told_too(home: Path, event: str, details: dict[str, Any]) -> None:
    """One more entry in a chain that holds, by somebody who can write the file."""
    Ledger(home / "ledger" / "ledger.jsonl").append(AT, "somebody", [(event, details)])


def details_of(home: Path, event: str) -> dict[str, Any]:
    return dict([entry for entry in entries_of(home) if entry.event == event][-1].details)


def publication(home: Path, as_of: str = LATER) -> Path:
    return next((home / "publications").glob(f"{as_of}-*"))


def candidate_evidence(home: Path, check_code: str) -> Path:
    return home / "evidence" / "candidates" / details_of(home, "verdict")["candidate_id"] / f"{check_code}.json"


def served_set(home: Path) -> Path:
    published = home / "published"
    return published / (published / "current").readlink()


def changed(path: Path) -> Path:
    """A file with one bit turned in its middle."""
    content = bytearray(opened(path).read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


def json_edited(path: Path, edit: Callable[[Any], Any]) -> None:
    body = json.loads(opened(path).read_text(encoding="utf-8"))
    path.write_text(json.dumps(edit(body) or body, ensure_ascii=False), encoding="utf-8")


# Raw rows and the register of loads.


def raw_amount_is_changed(home: Path) -> str:
    in_working(home, "update raw.erp__documents set amount = amount + 1 where document_type = 'invoice'")
    return "raw.erp__documents no longer holds what load"


def raw_row_is_taken_out(home: Path) -> str:
    in_working(home, "delete from raw.erp__applications where _line_number = 2")
    return "raw.erp__applications no longer holds"


def raw_row_is_added(home: Path) -> str:
    in_working(
        home,
        "insert into raw.erp__documents select * replace ('X-1' as document_no, 999 as _line_number) "
        "from raw.erp__documents limit 1",
    )
    return "raw.erp__documents no longer holds"


def raw_rows_are_swapped_between_two_columns(home: Path) -> str:
    in_working(
        home, "update raw.erp__documents set document_date = due_date, due_date = document_date where due_date is not null"
    )
    return "raw.erp__documents no longer holds"


def raw_row_of_a_load_that_never_was(home: Path) -> str:
    in_working(home, "insert into raw.erp__documents select * replace (999 as _load_id) from raw.erp__documents limit 1")
    return "raw holds rows of load 999"


def raw_row_is_passed_off_as_corrected(home: Path) -> str:
    in_working(
        home,
        "insert into raw.erp__documents select * replace ('X-1' as document_no, true as _is_corrected, 999 as _line_number) "
        "from raw.erp__documents limit 1",
    )
    return "holds a corrected row for line 999"


def load_is_forged(home: Path) -> str:
    in_working(home, "insert into raw.loads select * replace (999 as load_id) from raw.loads where load_id = 1")
    return "load 999"


def load_in_the_middle_is_taken_out(home: Path) -> str:
    loads = (entry.details for entry in entries_of(home) if entry.event == "load")
    return taken_out(home, next(load for load in loads if load["loaded_row_count"]))


def last_load_is_taken_out(home: Path) -> str:
    return taken_out(home, details_of(home, "load"))


def load_is_dated_back(home: Path) -> str:
    in_working(home, "update raw.loads set loaded_at = loaded_at - interval 40 day where load_id = 3")
    return "has another loaded_at in raw.loads"


def load_is_made_a_full_delivery(home: Path) -> str:
    in_working(home, "update raw.loads set delivery_mode = case delivery_mode when 'full' then 'delta' else 'full' end")
    return "has another delivery_mode in raw.loads"


def line_is_quarantined_by_hand(home: Path) -> str:
    in_working(
        home,
        "insert into raw.quarantined_rows (load_id, table_name, file_name, file_sha256, line_number, reason) "
        "select load_id, table_name, file_name, file_sha256, 2, 'not wanted' from raw.loads where table_name = 'erp.documents'",
    )
    return "no longer holds what load"


# What a build left in the working database.


def mart_is_edited(home: Path) -> str:
    in_working(home, "update marts.fct_turnover set closing_base_amount = 0")
    return "schema marts of"


def required_checks_are_taken_out_of_the_database(home: Path) -> str:
    in_working(home, "delete from policy.policy_checks where check_code <> 'landing_suite'")
    return "schema policy of"


def policy_is_edited_under_its_version(home: Path) -> str:
    in_working(home, "update policy.policy_turnover set period_months = 6")
    return "policy version turnover-1 says other than"


def candidate_is_noted_otherwise(home: Path) -> str:
    in_working(home, "update marts.fct_turnover set closing_base_amount = 0")
    json_edited(home / "evidence" / "candidate.json", lambda body: body["mart_hashes"].update(fct_turnover="0" * 64))
    return "schema marts of"


# Evidence.


def failed_check_is_made_to_pass(home: Path) -> str:
    json_edited(candidate_evidence(home, "tie_out_rows_landed"), lambda body: body[0].update(is_passed=True, summary="fine"))
    return "tie_out_rows_landed.json was changed"


def evidence_is_deleted(home: Path) -> str:
    path = candidate_evidence(home, "candidate_suite")
    path.unlink()
    return "candidate_suite.json is gone"


def evidence_is_deleted_whole(home: Path) -> str:
    shutil.rmtree(home / "evidence")
    return "dbt_tests.json is gone"


def one_outcome_is_taken_out_of_evidence(home: Path) -> str:
    json_edited(candidate_evidence(home, "dbt_tests"), lambda body: body[1:])
    return "dbt_tests.json was changed"


def evidence_is_given_to_another_candidate(home: Path) -> str:
    folder = candidate_evidence(home, "dbt_tests").parent
    folder.rename(folder.with_name("0" * 32))
    return "dbt_tests.json is gone"


def evidence_is_copied_to_another_candidate(home: Path) -> str:
    folder = candidate_evidence(home, "dbt_tests").parent
    shutil.copytree(folder, folder.with_name("f" * 32))
    return "was added: no check"


def landing_evidence_is_edited(home: Path) -> str:
    path = next((home / "evidence" / "loads").glob("*/landing_suite.json"))
    json_edited(path, lambda body: body[0].update(summary="as good as gold"))
    return "landing_suite.json was changed"


def landing_evidence_is_deleted(home: Path) -> str:
    shutil.rmtree(next((home / "evidence" / "loads").iterdir()))
    return "landing_quarantine.json is gone"


# The ledger.


def entry_is_changed(home: Path) -> str:
    entries = entries_of(home)
    entries[4].details["loaded_row_count"] = 1_000_000
    written(home, entries)
    return "line 5: the entry"


def entry_is_taken_out(home: Path) -> str:
    entries = entries_of(home)
    written(home, entries[:6] + entries[7:])
    return "line 7: the entry does not follow"


def entry_is_put_in(home: Path) -> str:
    entries = entries_of(home)
    written(home, [*entries[:6], entries[3], *entries[6:]])
    return "line 7: the entry does not follow"


def entries_are_swapped(home: Path) -> str:
    entries = entries_of(home)
    entries[5], entries[6] = entries[6], entries[5]
    written(home, entries)
    return "line 6: the entry does not follow"


def entry_is_signed_by_another(home: Path) -> str:
    entries = entries_of(home)
    written(home, [*entries[:-1], Entry(**{**vars(entries[-1]), "by": "Wang Wei"})])
    return "was changed after it was written"


def last_entry_is_dated_back(home: Path) -> str:
    """With a hash of its own, which anybody can compute."""
    entries = entries_of(home)
    written(home, chained_anew([*entries[:-1], Entry(**{**vars(entries[-1]), "at": "2020-01-01 00:00:00"})]))
    return "is of 2020-01-01 00:00:00, before the one that it follows"


def publication_is_dated_back(home: Path) -> str:
    """All entries up to it, with hashes that hold: but the manifest has its own date."""
    entries = entries_of(home)
    last = max(number for number, entry in enumerate(entries) if entry.event == "published")
    dated = [Entry(**{**vars(entry), "at": "2026-01-01 00:00:00"}) for entry in entries[: last + 1]]
    written(home, chained_anew([*dated, *entries[last + 1 :]]))
    return "is of a time before its own publication"


def line_is_no_entry(home: Path) -> str:
    path = home / "ledger" / "ledger.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + '{"number": 1}\n', encoding="utf-8")
    return "is no entry of the ledger"


def ledger_is_deleted(home: Path) -> str:
    (home / "ledger" / "ledger.jsonl").unlink()
    return "is no warehouse home, or its ledger is gone"


def load_is_told_that_never_was(home: Path) -> str:
    told_too(home, "load", {**details_of(home, "load"), "load_id": 999})
    return "load 999"


def publication_without_a_verdict_is_told(home: Path) -> str:
    told_too(home, "published", {**details_of(home, "published"), "candidate_id": "f" * 32})
    return "was published without a verdict"


def publication_over_a_refusal_is_told(home: Path) -> str:
    told_too(home, "verdict", {**details_of(home, "verdict"), "blocking": ["tie_out: 1 against 2"]})
    told_too(home, "published", details_of(home, "published"))
    return "was published without a verdict that passed it"


def release_that_nobody_asked_for_is_told(home: Path) -> str:
    told_too(home, "released", {"candidate_id": details_of(home, "verdict")["candidate_id"], "reason": "because"})
    return "a release that no other person had asked for"


def release_of_ones_own_is_told(home: Path) -> str:
    for event in ("release_asked", "released"):
        told_too(home, event, {"candidate_id": details_of(home, "verdict")["candidate_id"], "reason": "because"})
    return "a release that no other person had asked for"


def raw_and_all_that_is_told_of_it_are_rewritten(home: Path) -> str:
    """Rows, content hash and the whole chain agree with each other, but not with the archive."""
    from orchestration.quality.raw import load_contents

    in_working(home, "update raw.erp__documents set amount = amount + 1 where document_type = 'invoice'")
    with duckdb.connect(str(home / "working.duckdb"), read_only=True) as con:
        contents = load_contents(con)
    entries = entries_of(home)
    for entry in entries:
        if entry.event == "load":
            entry.details["content_hash"] = contents[entry.details["load_id"]]
    for path in (home / "publications").glob("*/manifest.json"):
        json_edited(path, lambda body: [one.update(content_hash=contents[one["load_id"]]) for one in body["inputs"]] and body)
        for entry in entries:
            if entry.event == "published" and entry.details["publication_id"] == path.parent.name:
                from ingestion.archive import fingerprint

                entry.details["files"]["manifest.json"] = fingerprint(path)
                for served in (home / "published" / "sets").glob(f"{path.parent.name}.*/manifest.json"):
                    opened(served).write_bytes(path.read_bytes())
    written(home, chained_anew(entries))
    return "reads otherwise than it was loaded"


# The archive.


def archived_file_is_changed(home: Path) -> str:
    changed(max(home.glob("archive/*/*"), key=lambda path: path.stat().st_size))
    return "was changed"


def archived_file_is_deleted(home: Path) -> str:
    next(path for path in sorted(home.glob("archive/*/*"))).unlink()
    return "is gone"


def archived_files_are_swapped(home: Path) -> str:
    one, two = sorted(home.glob("archive/*/*"))[:2]
    first, second = one.read_bytes(), two.read_bytes()
    opened(one).write_bytes(second)
    opened(two).write_bytes(first)
    return "was changed"


def file_is_smuggled_into_the_archive(home: Path) -> str:
    path = home / "archive" / "aa" / ("a" * 64)
    path.parent.mkdir(exist_ok=True)
    path.write_text("company_code\n")
    return f"{path}) was changed"


# Publications.


def published_parquet_is_changed(home: Path) -> str:
    changed(publication(home) / "parquet" / "fct_aging.parquet")
    return "parquet/fct_aging.parquet was changed"


def published_manifest_is_edited(home: Path) -> str:
    json_edited(publication(home) / "manifest.json", lambda body: body.update(warnings=[]) or body.update(code_commit="0" * 40))
    return "manifest.json was changed"


def earlier_publication_is_edited(home: Path) -> str:
    sql(publication(home, EARLIER) / "receivables.duckdb", "update marts.fct_turnover set closing_base_amount = 0")
    return f"{publication(home, EARLIER).name}/receivables.duckdb was changed"


def file_is_added_to_a_publication(home: Path) -> str:
    (opened(publication(home) / "parquet") / "fct_more.parquet").write_bytes(b"")
    return "parquet/fct_more.parquet was added"


def file_is_taken_out_of_a_publication(home: Path) -> str:
    (opened(publication(home) / "parquet") / "fct_aging.parquet").unlink()
    return "parquet/fct_aging.parquet is gone"


def publication_is_deleted(home: Path) -> str:
    name = publication(home, EARLIER).name
    shutil.rmtree(home / "publications" / name)
    return f"{name}/receivables.duckdb is gone"


def foreign_publication_is_put_in(home: Path) -> str:
    shutil.copytree(publication(home), home / "publications" / f"{LATER}-{'0' * 12}")
    return "was added: the ledger tells of no such publication"


def publication_is_replaced_by_another(home: Path) -> str:
    target = publication(home)
    shutil.rmtree(target)
    shutil.copytree(publication(home, EARLIER), target)
    return f"{target.name}/receivables.duckdb was changed"


# What BI reads.


def served_file_is_written_by_a_tool(home: Path) -> str:
    sql(served_set(home) / "receivables.duckdb", "update marts.fct_turnover set closing_base_amount = 0")
    return "is none of the publications that the ledger tells of"


def served_file_is_replaced(home: Path) -> str:
    path = opened(home / "published") / "receivables.duckdb"
    path.unlink()
    shutil.copy(publication(home, EARLIER) / "receivables.duckdb", path)
    return "is none of the publications that the ledger tells of"


def log_is_left_beside_the_served_file(home: Path) -> str:
    (opened(home / "published") / "receivables.duckdb.wal").write_bytes(b"changes")
    return "receivables.duckdb.wal holds changes"


def log_is_left_in_the_served_set(home: Path) -> str:
    (opened(served_set(home)) / "receivables.duckdb.wal").write_bytes(b"changes")
    return "receivables.duckdb.wal holds changes"


def served_parquet_is_replaced(home: Path) -> str:
    path = served_set(home) / "parquet" / "fct_aging.parquet"
    opened(path).write_bytes((publication(home, EARLIER) / "parquet" / "fct_aging.parquet").read_bytes() + b" ")
    return "parquet/fct_aging.parquet is none of the publications"


def parquet_link_leads_elsewhere(home: Path) -> str:
    link = opened(home / "published") / "parquet"
    link.unlink()
    link.symlink_to(Path("..") / "publications" / publication(home, EARLIER).name / "parquet")
    return "it does not lead to current/parquet"


def pointer_leads_to_the_earlier_publication(home: Path) -> str:
    earlier = publication(home, EARLIER)
    shutil.copytree(earlier, opened(home / "published") / "sets" / f"{earlier.name}.7")
    link = home / "published" / "current"
    link.unlink()
    link.symlink_to(Path("sets") / f"{earlier.name}.7")
    return f"shows {earlier.name}; the ledger tells that BI reads"


def file_is_put_beside_what_is_served(home: Path) -> str:
    (opened(home / "published") / "receivables_corrected.duckdb").write_bytes(b"")
    return "receivables_corrected.duckdb does not belong to what is published"


def what_is_served_is_deleted(home: Path) -> str:
    shutil.rmtree(home / "published")
    return "leads to no set of published files"


# What dbt has parsed.


def test_is_taken_out_of_the_manifest(home: Path) -> str:
    def without_a_test(body: dict[str, Any]) -> dict[str, Any]:
        name = next(name for name, node in body["nodes"].items() if node["resource_type"] == "test")
        return {**body, "nodes": {key: node for key, node in body["nodes"].items() if key != name}}

    json_edited(home / "dbt" / "manifest.json", without_a_test)
    return "dbt/manifest.json was changed"


def parsed_project_is_changed(home: Path) -> str:
    changed(home / "dbt" / "partial_parse.msgpack")
    return "dbt/partial_parse.msgpack was changed"


test_is_taken_out_of_the_manifest.__test__ = False  # type: ignore[attr-defined]


# What a home cannot tell of itself.


def end_is_cut_off(home: Path) -> None:
    written(home, entries_of(home)[:-3])


def ledger_is_written_anew(home: Path) -> None:
    """Every entry by somebody else, with hashes that hold."""
    written(home, chained_anew([Entry(**{**vars(entry), "by": "Wang Wei"}) for entry in entries_of(home)]))


ATTACKS: list[Attack] = [
    raw_amount_is_changed, raw_row_is_taken_out, raw_row_is_added, raw_rows_are_swapped_between_two_columns,
    raw_row_of_a_load_that_never_was, raw_row_is_passed_off_as_corrected, load_is_forged, load_in_the_middle_is_taken_out,
    last_load_is_taken_out, load_is_dated_back, load_is_made_a_full_delivery, line_is_quarantined_by_hand,
    mart_is_edited, required_checks_are_taken_out_of_the_database, policy_is_edited_under_its_version,
    candidate_is_noted_otherwise,
    failed_check_is_made_to_pass, evidence_is_deleted, evidence_is_deleted_whole, one_outcome_is_taken_out_of_evidence,
    evidence_is_given_to_another_candidate, evidence_is_copied_to_another_candidate, landing_evidence_is_edited,
    landing_evidence_is_deleted,
    entry_is_changed, entry_is_taken_out, entry_is_put_in, entries_are_swapped, entry_is_signed_by_another,
    last_entry_is_dated_back,
    publication_is_dated_back, line_is_no_entry, ledger_is_deleted, load_is_told_that_never_was,
    publication_without_a_verdict_is_told, publication_over_a_refusal_is_told, release_that_nobody_asked_for_is_told,
    release_of_ones_own_is_told, raw_and_all_that_is_told_of_it_are_rewritten,
    archived_file_is_changed, archived_file_is_deleted, archived_files_are_swapped, file_is_smuggled_into_the_archive,
    published_parquet_is_changed, published_manifest_is_edited, earlier_publication_is_edited, file_is_added_to_a_publication,
    file_is_taken_out_of_a_publication, publication_is_deleted, foreign_publication_is_put_in, publication_is_replaced_by_another,
    served_file_is_written_by_a_tool, served_file_is_replaced, log_is_left_beside_the_served_file, log_is_left_in_the_served_set,
    served_parquet_is_replaced, parquet_link_leads_elsewhere, pointer_leads_to_the_earlier_publication,
    file_is_put_beside_what_is_served, what_is_served_is_deleted,
    test_is_taken_out_of_the_manifest, parsed_project_is_changed,
]  # fmt: skip
BEYOND_THE_HOME = [end_is_cut_off, ledger_is_written_anew]
