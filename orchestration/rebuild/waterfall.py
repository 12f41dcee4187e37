"""The amounts of marts from one publication to another, by cause: A's day is built again with one cause after another let in.

Every mart can be explained so, whatever it computes: an amount differs between two builds by nothing but what was let in between.
The first build lets in nothing and must give A again, unless A's code is no longer at hand; the last step is to B itself. Amounts
are sums, so the steps come to the difference, customer by customer; what the first build or the last step finds without a cause
is told as `rebuilt`, and should be nothing.
"""

import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingestion.corrections import apply_all_corrections
from ingestion.errors import DataRefusedError, NameRefusedError
from ingestion.sql import literal, quoted
from ingestion.warehouse import ask_for, open_working
from orchestration.ledger.record import MANIFEST
from orchestration.project.manifest import proven_manifest
from orchestration.project.marts import Mart, read_marts
from orchestration.publication.publish import required_folder
from orchestration.publication.serving import DATABASE
from orchestration.rebuild.build import build_models, project_of
from orchestration.rebuild.restore import load_again
from orchestration.report.render import titled_table
from orchestration.settings import ROW_CORRECTIONS, Settings, apply_settings

# Beginnings of tables' names, in the order in which they are let in: rates and customers before the documents that need them, and
# documents before their cash.
DELIVERED = {
    "rates": ("erp.fx_rates",),
    "master_data": ("erp.companies", "erp.customers", "crm.accounts"),
    "documents": ("erp.documents", "erp.instalments"),
    "applications": ("erp.applications",),
    "bureau": ("bureau.",),
    "other_facts": ("",),
}
# Parts of the dbt project, then all of it.
PROJECT = {"corrections": "seeds/corrections", "policy": "seeds/policy", "code": "."}
MEANINGS = {
    "rebuilt": "A or B built again is not the same: should be nothing",
    "rates": "exchange rates that A did not know",
    "master_data": "companies, customers and CRM accounts as later files state them",
    "documents": "documents and instalments that came, went or state something else",
    "applications": "cash applied otherwise",
    "bureau": "facts of the credit bureau that A did not know",
    "other_facts": "other files that A did not know: orders, promises, disputes, ledger balances and so on",
    "corrections": "decisions on quarantined lines and on who a customer is",
    "policy": "rows of policy",
    "code": "the models (and policy, where A's commit is not in this checkout)",
    "passage_of_time": "the days from A's to B's",
}
GENERATED = ("target", "logs", ".user.yml")


@dataclass(frozen=True)
class Waterfall:
    """Amounts of marts by cause. `causes`: those that were let in, in their order."""

    code: tuple[str, ...]
    causes: tuple[str, ...]
    amounts: tuple[tuple[Any, ...], ...]
    customers: tuple[tuple[Any, ...], ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def is_explained(self) -> bool:
        """Whether no build of what was published found anything without a cause."""
        return "rebuilt" not in self.causes or not any(row[1 + self.causes.index("rebuilt")] for row in self.rows)

    def as_text(self) -> Iterator[str]:
        """All of it, as lines for a person."""
        yield from ("", *self.code)
        columns = ["mart", "amount", "company", "level", "currency", "A", *self.causes, "B"]
        yield from titled_table("Amounts of marts, by cause", columns, self.amounts)
        columns = ["mart", "amount", "company", "level", "currency", "customer_id", "cause", "amount"]
        yield from titled_table("Customers with the largest changes, by mart", columns, self.customers)
        yield from titled_table("Rows that each cause changed, of A's day or B's", ["mart", *self.causes], self.rows)
        yield from (f"  {cause:<16} {MEANINGS[cause]}" for cause in self.causes)
        yield (
            "\nThe causes come to the difference, to the cent."
            if self.is_explained
            else "\nBUILT AGAIN, THE MARTS ARE NOT WHAT WAS PUBLISHED: see `rebuilt`."
        )


def waterfall(settings: Settings, earlier: str, later: str, names: Collection[str], customers_shown: int) -> Waterfall:
    """Explain marts of two kept publications, `all` for each of them. Works in `comparisons` below the home.

    Refused when a mart or a publication is unknown, a file is no longer in the archive, or B does not know a load of A.
    """
    marts = required_marts(settings, earlier, later, names)
    folders = [required_folder(settings, publication) for publication in (earlier, later)]
    about_a, about_b = (json.loads((folder / MANIFEST).read_text(encoding="utf-8")) for folder in folders)
    known = {entry["load_id"]: entry["file_sha256"] for entry in about_b["inputs"]}
    if any(known.get(entry["load_id"]) != entry["file_sha256"] for entry in about_a["inputs"]):
        raise DataRefusedError(f"{later} does not know every load of {earlier}.", "compare publications of one history")
    home = replace(settings, home=settings.home / "comparisons" / f"{earlier}_{later}")
    shutil.rmtree(home.home, ignore_errors=True)
    apply_settings(home)
    steps = _Steps(home, settings.archive, about_a, about_b, [] if "all" in names else [mart.name for mart in marts])
    day_a, day_b = about_a["as_of_date"], about_b["as_of_date"]
    try:
        with duckdb.connect(str(home.home / "figures.duckdb")) as figures:
            _measure(figures, 0, folders[0] / DATABASE, marts, day_a)
            causes = []
            for cause in steps.run():
                causes.append(cause)
                _measure(figures, len(causes), home.working_database, marts, day_a)
            causes.append("rebuilt" if day_a == day_b else "passage_of_time")
            _measure(figures, len(causes), folders[1] / DATABASE, marts, day_b)
            return _told(figures, causes, customers_shown, steps.code)
    finally:
        shutil.rmtree(home.home)


def required_marts(settings: Settings, earlier: str, later: str, names: Collection[str]) -> list[Mart]:
    """Marts of two kept publications by name, `all` for each of them; refused when a mart or a publication is unknown."""
    about = [json.loads((required_folder(settings, one) / MANIFEST).read_text(encoding="utf-8")) for one in (earlier, later)]
    in_both = about[0]["marts"].keys() & about[1]["marts"].keys()
    marts = [mart for mart in read_marts(proven_manifest(settings)) if mart.name in in_both]
    unknown = sorted(set(names) - {mart.name for mart in marts} - {"all"})
    if unknown:
        known = ", ".join(sorted(mart.name for mart in marts))
        raise NameRefusedError(f"{unknown[0]} is no mart of both publications.", f"choose from: all, {known}")
    return marts if "all" in names else [mart for mart in marts if mart.name in names]


# By what rows of the registers belong to a load; those of a raw table by _load_id.
KNOWN_BY = {"deliveries": "delivery_id", "loads": "load_id", "quarantined_rows": "load_id", "landing_notes": "load_id"}


class _Steps:
    """The builds between A and B. `code`: with which project, in sentences."""

    def __init__(
        self, home: Settings, archive: Path, about_a: Mapping[str, Any], about_b: Mapping[str, Any], names: Sequence[str]
    ) -> None:  # fmt: skip
        self.home, self.archive, self.about_a, self.about_b = home, archive, about_a, about_b
        self.selection = [f"+{name}" for name in names]
        self.project = home.home / "code"
        self.code: list[str] = []

    def run(self) -> Iterator[str]:
        """Build, and name what was let in since the build before. The first is of A's own loads."""
        after = self._project("B", self.about_b["code_commit"])
        before = self._project("A", self.about_a["code_commit"])
        is_same = self.about_a["project_state"] == self.about_b["project_state"]
        shutil.copytree(before or after or self.home.dbt_project, self.project, ignore=shutil.ignore_patterns(*GENERATED))
        known = {entry["load_id"] for entry in self.about_a["inputs"]}
        with open_working(self.home.working_database, self.home.memory_limit) as con:
            load_again(con, self.archive, self.home.extracts, self.about_b["inputs"])
            con.execute("create schema delivered")
            for (table,) in con.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall():
                con.execute(f"create table delivered.{quoted(table)} as from raw.{quoted(table)}")
        self._build(known, "rebuilt")
        yield "rebuilt" if before or is_same else "code"
        for cause, loads in self._deliveries(known).items():
            known |= loads
            self._build(known, cause)
            yield cause
        if before and not is_same:
            target = after or self.home.dbt_project
            for cause, part in PROJECT.items():
                if _content(target / part) != _content(self.project / part):
                    shutil.rmtree(self.project / part)
                    shutil.copytree(target / part, self.project / part, ignore=shutil.ignore_patterns(*GENERATED))
                    self._build(known, cause)
                    yield cause

    def _project(self, side: str, commit: str | None) -> Path | None:
        found = project_of(commit, self.home.home / f"code_{side}")
        told = f"the SQL and policy of {commit}" if found else f"today's SQL and policy, as {commit} is not in this checkout"
        self.code.insert(0, f"{side}: {told}")
        return found

    def _deliveries(self, known: Collection[int]) -> dict[str, set[int]]:
        """Loads that A did not know, by the cause that they are."""
        new: dict[str, set[int]] = {cause: set() for cause in DELIVERED}
        for entry in self.about_b["inputs"]:
            if entry["load_id"] not in known:
                causes = (cause for cause, tables in DELIVERED.items() if entry["table_name"].startswith(tables))
                new[next(causes)].add(entry["load_id"])
        return {cause: loads for cause, loads in new.items() if loads}

    def _build(self, known: Collection[int], state: str) -> None:
        """Build A's day of these loads only, with the decisions on lines of theirs."""
        loads = ", ".join(str(load) for load in sorted(known))
        with open_working(self.home.working_database, self.home.memory_limit) as con:
            for (table,) in con.execute("select table_name from duckdb_tables() where schema_name = 'delivered'").fetchall():
                known_by = KNOWN_BY.get(table, "_load_id")
                con.execute(
                    f"create or replace table raw.{quoted(table)} as from delivered.{quoted(table)} where {known_by} in ({loads})"
                )
            con.execute(f"update raw.quarantined_rows set mended_by_load_id = null where mended_by_load_id not in ({loads})")
            apply_all_corrections(con, self.project / ROW_CORRECTIONS, of_loaded_files=True)
            ask_for(con, date.fromisoformat(self.about_a["as_of_date"]), f"comparison: {state if state in PROJECT else 'as A'}")
        build_models(self.home, self.project, *(("--select", *self.selection) if self.selection else ()))


def _content(folder: Path) -> dict[str, bytes]:
    """Bytes of every file of a part of a project, by its path within."""
    files = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in files.items() if not set(GENERATED) & set(name.parts)}


def _measure(figures: duckdb.DuckDBPyConnection, step: int, database: Path, marts: Sequence[Mart], day: str) -> None:
    """Add the sums of every amount of the marts on a day, and a hash of each of their rows, as they stand in a database."""
    figures.execute(
        "create table if not exists sums (step integer, mart varchar, company_code varchar, level varchar, "
        "currency_code varchar, customer_id varchar, amount_name varchar, amount decimal(38, 6)); "
        "create table if not exists hashed (step integer, mart varchar, row_key ubigint, row_content ubigint)"
    )
    figures.execute(f"attach {literal(str(database))} as working (read_only)")
    for mart in marts:
        columns = dict(
            figures.execute(
                "select column_name, data_type from duckdb_columns() "
                "where database_name = 'working' and schema_name = 'marts' and table_name = ? order by column_name",
                [mart.name],
            ).fetchall()
        )
        rows = f"working.marts.{quoted(mart.name)}"
        if "as_of_date" in columns:
            rows = f"(from {rows} where as_of_date = date {literal(day)})"
        keys = [quoted(key) for key in mart.grain if key != "as_of_date" and key in columns]
        content = [quoted(name) for name in columns if name != "as_of_date"]
        figures.execute(
            f"insert into hashed select {step}, {literal(mart.name)}, hash({', '.join(keys) or '0'}), hash({', '.join(content)}) "
            f"from {rows}"
        )
        amounts = [name for name, kind in columns.items() if kind.startswith("DECIMAL") and name.endswith("amount")]
        if amounts:
            _add_up(figures, step, mart.name, rows, columns, amounts)
    figures.execute("detach working")


def _add_up(
    figures: duckdb.DuckDBPyConnection, step: int, mart: str, rows: str, columns: Collection[str], amounts: Sequence[str]
) -> None:  # fmt: skip
    """Add sums by customer and by what is never added over: companies, for their base currencies, levels and currencies."""
    by = ", ".join(
        f"{quoted(name) if name in columns else 'null'}::varchar as {name}"
        for name in ("company_code", "level", "currency_code", "customer_id")
    )
    sums = ", ".join(f"sum({quoted(name)})::decimal(38, 6) as {quoted(name)}" for name in amounts)
    names = ", ".join(quoted(name) for name in amounts)
    figures.execute(
        f"insert into sums select {step}, {literal(mart)}, company_code, level, "
        "case when contains(amount_name, 'base') then 'base' else currency_code end, customer_id, amount_name, amount "
        f"from (unpivot (select {by}, {sums} from {rows} group by all) on {names} into name amount_name value amount)"
    )


def _told(figures: duckdb.DuckDBPyConnection, causes: Sequence[str], customers_shown: int, code: Sequence[str]) -> Waterfall:
    """What each step changed. A cause that stands twice (`rebuilt`) is told once."""
    once = tuple(dict.fromkeys(causes))
    figures.execute("create table sides (cause varchar, step integer, sign integer)")
    for step, cause in enumerate(causes, 1):
        figures.execute("insert into sides values ($cause, $step, 1), ($cause, $step - 1, -1)", {"cause": cause, "step": step})
    figures.execute(
        """create table changes as
        select sides.cause, sums.* exclude (step, amount), sum(sums.amount * sides.sign) as amount
        from sums inner join sides using (step)
        group by all having sum(sums.amount * sides.sign) <> 0"""
    )
    by_cause = ", ".join(f"coalesce(sum(amount) filter (cause = '{cause}'), 0)" for cause in once)
    amounts = figures.execute(
        f"""with told as (
            select 'A' as cause, * exclude (step) from sums where step = 0
            union all by name select * from changes
            union all by name select 'B' as cause, * exclude (step) from sums where step = {len(causes)}
        )
        select mart, amount_name, company_code, level, currency_code, coalesce(sum(amount) filter (cause = 'A'), 0), {by_cause},
            coalesce(sum(amount) filter (cause = 'B'), 0)
        from told group by all having bool_or(cause not in ('A', 'B')) order by all"""
    ).fetchall()
    customers = figures.execute(
        """select mart, amount_name, company_code, level, currency_code, customer_id, cause, amount
        from changes where customer_id is not null
        qualify row_number() over (partition by mart order by abs(amount) desc, amount_name, customer_id, cause) <= ?
        order by mart, abs(amount) desc, amount_name, customer_id, cause""",
        [customers_shown],
    ).fetchall()
    counts = ", ".join(f"count(*) filter (cause = '{cause}')" for cause in once)
    rows = figures.execute(
        f"""with changed as (
            select sides.cause, hashed.mart, hashed.row_key
            from hashed inner join sides using (step)
            group by all having sum(hashed.row_content::hugeint * sides.sign) <> 0 or sum(sides.sign) <> 0
        )
        select mart, {counts} from changed group by mart order by mart"""
    ).fetchall()
    return Waterfall(tuple(code), once, tuple(amounts), tuple(customers), tuple(rows))
