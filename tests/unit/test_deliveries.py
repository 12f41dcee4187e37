"""What is current is what was delivered last: states that come back, tables in several files, senders, dates in names, order."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.loader import TableDelivery, load_table
from ingestion.profile import Delivery, Profile, Trailer, load_profile
from ingestion.warehouse import ask_for
from tests.conftest import ROOT
from tests.unit.conftest import LOADED_AT, RawWarehouse

DBT = ROOT / "dbt_project"
DOCUMENTS = "company_code,document_no,document_type,customer_code,document_date,currency_code,amount\n"
CUSTOMERS = "company_code,customer_code,customer_name,credit_limit_amount\n"
COMPANIES = "company_code,company_name,base_currency_code\n"
STAGING = (
    "ingestion/stg_ingestion__refresh", "ingestion/stg_ingestion__deliveries", "erp/stg_erp__documents", "erp/stg_erp__customers",
    "erp/stg_erp__companies", "crm/stg_crm__accounts", "erp/stg_erp__customer_versions",
)  # fmt: skip


@dataclass
class Staged:
    """A raw warehouse with the staging models over it, and senders with a folder each."""

    raw: RawWarehouse
    senders: dict[str, Profile] = field(default_factory=dict)

    def put(self, name: str, content: str, sender: str = "canonical") -> None:
        path = self.folder(sender) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def folder(self, sender: str) -> Path:
        return self.raw.extracts / sender

    def load(self, table: str, sender: str = "canonical") -> TableDelivery:
        profile = self.senders.get(sender) or self.raw.profile.model_copy(update={"name": sender})
        self.folder(sender).mkdir(exist_ok=True)
        return load_table(self.raw.con, load_contracts()[table], profile, self.folder(sender), self.raw.archive, LOADED_AT)

    def deliver(self, table: str, name: str, content: str, sender: str = "canonical") -> TableDelivery:
        self.put(name, content, sender)
        return self.load(table, sender)

    def told(self, table: str, sender: str = "canonical", **delivery: str) -> None:
        """The sender's profile says how its files of a table stand to each other."""
        profile = self.raw.profile
        tables = [
            one.model_copy(update={"delivery": Delivery(**delivery)}) if one.table == table else one  # type: ignore[arg-type]
            for one in profile.tables
        ]
        self.senders[sender] = profile.model_copy(update={"name": sender, "tables": tuple(tables)})

    def current(self, columns: str, model: str, known_through: int | None = None) -> list[tuple]:
        ask_for(self.raw.con, date(2026, 3, 31), "")
        if known_through is not None:
            self.raw.con.execute("update raw.refresh set known_through = ?", [known_through])
        return self.raw.rows(f"select {columns} from staging.stg_{model} order by all")

    def limits(self, known_through: int | None = None) -> dict[str, int]:
        rows = self.current("company_code || customer_code, credit_limit_amount::integer", "erp__customers", known_through)
        return dict(rows)

    def amounts(self, known_through: int | None = None) -> dict[str, str]:
        return dict(self.current("document_no, amount::varchar", "erp__documents", known_through))

    def closed(self) -> list[int]:
        return [row[0] for row in self.raw.rows("select coalesce(closed_row_count, 0) from raw.loads order by load_id")]


@pytest.fixture
def staged(warehouse: RawWarehouse) -> Iterator[Staged]:
    macros = (DBT / "macros" / "deliveries.sql").read_text(encoding="utf-8")
    warehouse.con.execute("create schema staging")
    ask_for(warehouse.con, date(2026, 3, 31), "")
    for model in STAGING:
        template = jinja2.Environment().from_string(macros + (DBT / f"models/staging/{model}.sql").read_text(encoding="utf-8"))
        sql = template.render(ref=lambda name: f"staging.{name}", source=_source)
        warehouse.con.execute(f"create view staging.{model.split('/')[1]} as {sql}")
    yield Staged(warehouse)


def _source(source: str, table: str) -> str:
    return f"raw.{table}" if source == "ingestion" else f"raw.{source}__{table}"


def documents(**amounts: str) -> str:
    return DOCUMENTS + "".join(f"A,{no},invoice,C1,2026-01-31,CNY,{amount}\n" for no, amount in amounts.items())


def customers(company: str = "A", **limits: int) -> str:
    return CUSTOMERS + "".join(f"{company},{code},Customer {code},{limit}\n" for code, limit in limits.items())


# What is current is what was delivered last.


def test_a_state_that_comes_back_is_current_again(staged: Staged) -> None:
    """100.00, then 150.00, then 100.00 byte for byte: the third delivery says 100.00."""
    first, second = documents(D1="100.00"), documents(D1="150.00")
    for content, amount in ((first, "100.00"), (second, "150.00"), (first, "100.00")):
        staged.deliver("erp.documents", "documents.csv", content)
        assert staged.amounts() == {"D1": amount}
    assert [staged.amounts(known)["D1"] for known in (1, 2, 3)] == ["100.00", "150.00", "100.00"]


def test_a_file_that_still_lies_there_is_not_read_again(staged: Staged) -> None:
    staged.deliver("erp.documents", "documents.csv", documents(D1="100.00"))
    staged.deliver("erp.documents", "documents_2.csv", documents(D1="150.00"))
    again = staged.load("erp.documents")
    assert (again.loads, again.known_file_count) == ((), 2)
    assert staged.amounts() == {"D1": "150.00"}


def test_the_same_bytes_under_a_new_name_are_a_new_delivery(staged: Staged) -> None:
    january, february = customers(C1=100, C2=200), customers(C1=150)
    for name, content, limits in (
        ("customers_2026-01.csv", january, {"AC1": 100, "AC2": 200}),
        ("customers_2026-02.csv", february, {"AC1": 150}),
        ("customers_2026-03.csv", january, {"AC1": 100, "AC2": 200}),
    ):
        staged.deliver("erp.customers", name, content)
        assert staged.limits() == limits
    assert staged.closed() == [0, 1, 0]
    assert staged.current("customer_code, credit_limit_amount::integer, load_id", "erp__customer_versions") == [
        ("C1", 100, 1), ("C1", 100, 3), ("C1", 150, 2), ("C2", 200, 1),
    ]  # fmt: skip


def test_a_line_that_is_quarantined_in_each_delivery_of_a_state_is_kept_with_each(staged: Staged) -> None:
    first, second = documents(D1="100.00", D2="x"), documents(D1="150.00", D2="7.00")
    for content in (first, second, first):
        staged.deliver("erp.documents", "documents.csv", content)
    set_aside = staged.raw.rows("select load_id, line_number, mended_by_load_id from raw.quarantined_rows")
    assert set_aside == [(1, 3, 2), (3, 3, None)]
    assert staged.amounts() == {"D1": "100.00", "D2": "7.00"}


# A delivery of a `full` table is the set of its files, of one company and sender.


def test_files_without_a_date_are_parts_of_one_delivery(staged: Staged) -> None:
    staged.put("customers_1.csv", customers(C1=100, C2=200))
    staged.deliver("erp.customers", "customers_2.csv", customers(C3=300))
    assert staged.limits() == {"AC1": 100, "AC2": 200, "AC3": 300}
    # Only one part comes anew, and no longer holds C3; the other still lies there.
    staged.deliver("erp.customers", "customers_2.csv", customers(C4=400))
    assert staged.limits() == {"AC1": 100, "AC2": 200, "AC4": 400}
    # The first part has been taken away: what is delivered now is all that there is.
    (staged.folder("canonical") / "customers_1.csv").unlink()
    staged.deliver("erp.customers", "customers_2.csv", customers(C4=450))
    assert staged.limits() == {"AC4": 450}
    assert staged.closed() == [0, 0, 1, 2]
    assert staged.limits(known_through=2) == {"AC1": 100, "AC2": 200, "AC3": 300}


def test_a_folder_that_was_emptied_delivers_nothing(staged: Staged) -> None:
    staged.deliver("erp.customers", "customers.csv", customers(C1=100))
    (staged.folder("canonical") / "customers.csv").unlink()
    staged.load("erp.customers")
    assert staged.limits() == {"AC1": 100}


def test_a_delivery_of_one_company_leaves_others_as_they_are(staged: Staged) -> None:
    staged.deliver("erp.customers", "customers.csv", customers(C1=100) + "B,C1,Customer,7\n")
    staged.deliver("erp.customers", "customers.csv", customers("B", C2=8))
    assert staged.limits() == {"AC1": 100, "BC2": 8}


def test_another_sender_takes_nothing_away(staged: Staged) -> None:
    """Companies, customers of the same company and CRM accounts of a second profile stand beside those of the first."""
    for sender, company in (("one", "A,Alpha,CNY"), ("two", "B,Beta,EUR")):
        staged.deliver("erp.companies", "companies.csv", f"{COMPANIES}{company}\n", sender)
        staged.deliver("crm.accounts", "accounts.csv", f"account_id,account_name\n{sender},Account\n", sender)
    assert staged.current("company_code, base_currency_code", "erp__companies") == [("A", "CNY"), ("B", "EUR")]
    assert staged.current("account_id", "crm__accounts") == [("one",), ("two",)]
    staged.deliver("crm.accounts", "accounts.csv", "account_id,account_name\nnew,Account\n", "one")
    assert staged.current("account_id", "crm__accounts") == [("new",), ("two",)]
    staged.deliver("erp.customers", "customers.csv", customers(C1=100, C2=200), "one")
    staged.deliver("erp.customers", "customers.csv", customers(C2=250, C3=300), "two")
    assert staged.limits() == {"AC1": 100, "AC2": 250, "AC3": 300}


def test_a_delivery_that_is_refused_half_way_leaves_the_one_before(staged: Staged) -> None:
    staged.put("customers_1.csv", customers(C1=100))
    staged.deliver("erp.customers", "customers_2.csv", customers(C2=200))
    staged.put("customers_1.csv", customers(C1=150))
    staged.put("customers_2.csv", "other,columns\n1,2\n")
    with pytest.raises(DataRefusedError, match="no column"):
        staged.load("erp.customers")
    assert staged.limits() == {"AC1": 100, "AC2": 200} and len(staged.closed()) == 2
    staged.put("customers_2.csv", customers(C2=200))
    assert [load.file_name for load in staged.load("erp.customers").loads] == ["customers_1.csv"]
    assert staged.limits() == {"AC1": 150, "AC2": 200}


# Order.


def test_numbers_in_names_compare_as_numbers(staged: Staged) -> None:
    staged.put("documents_10.csv", documents(D1="10.00"))
    staged.put("documents_9.csv", documents(D1="9.00"))
    loads = staged.load("erp.documents").loads
    assert [load.file_name for load in loads] == ["documents_9.csv", "documents_10.csv"]
    assert staged.amounts() == {"D1": "10.00"}


def test_a_snapshot_that_comes_late_does_not_replace_a_later_one(staged: Staged) -> None:
    staged.deliver("erp.customers", "customers_202602.csv", customers(C1=200))
    staged.deliver("erp.customers", "customers_202601.csv", customers(C1=100, C2=100))
    assert staged.limits() == {"AC1": 200} and staged.closed() == [0, 0]
    staged.deliver("erp.customers", "customers_202603.csv", customers(C1=300))
    assert staged.limits() == {"AC1": 300}
    assert staged.current("credit_limit_amount::integer", "erp__customer_versions") == [(100,), (200,), (300,)]


def test_files_without_a_date_belong_to_the_last_that_has_one(staged: Staged) -> None:
    staged.put("customers_export.csv", customers(X1=1))
    staged.put("customers_2026-01.csv", customers(C1=100))
    staged.deliver("erp.customers", "customers_2026-02.csv", customers(C2=200))
    assert staged.limits() == {"AX1": 1, "AC2": 200}
    staged.deliver("erp.customers", "customers_export.csv", customers(X1=2))
    assert staged.limits() == {"AX1": 2, "AC2": 200}
    staged.put("customers_2025-12.csv", customers(C3=300))
    staged.deliver("erp.customers", "customers_export.csv", customers(X1=3))
    assert staged.limits() == {"AX1": 3, "AC2": 200}


def test_a_profile_says_where_the_date_stands_and_a_late_file_stays_behind(staged: Staged) -> None:
    """Days first, which no natural order gets right: 28 February stands before 1 March."""
    staged.told("erp.documents", pattern=r"_(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4})")
    staged.put("documents_01032026.csv", documents(D1="3.00"))
    staged.deliver("erp.documents", "documents_28022026.csv", documents(D1="2.00", D2="2.00"))
    assert staged.amounts() == {"D1": "3.00", "D2": "2.00"}
    staged.deliver("erp.documents", "documents_31012026.csv", documents(D1="1.00", D2="1.00", D3="1.00"))
    assert staged.amounts() == {"D1": "3.00", "D2": "2.00", "D3": "1.00"}
    with pytest.raises(DataRefusedError, match="does not find its place"):
        staged.deliver("erp.documents", "documents_march.csv", documents(D1="4.00"))


def test_a_profile_says_that_files_are_wholes_in_the_order_of_their_time(staged: Staged) -> None:
    staged.told("erp.customers", files="wholes", order="time")
    for name, limit, seconds in (("customers_a.csv", 2, 2000), ("customers_b.csv", 1, 1000)):
        staged.put(name, customers(**{f"C{limit}": limit}))
        os.utime(staged.folder("canonical") / name, (seconds, seconds))
    staged.load("erp.customers")
    assert staged.limits() == {"AC2": 2}


def test_a_profile_says_that_files_with_dates_are_parts(staged: Staged) -> None:
    staged.told("erp.customers", files="parts")
    staged.put("customers_2026-01.csv", customers(C1=100))
    staged.deliver("erp.customers", "customers_2026-02.csv", customers(C2=200))
    assert staged.limits() == {"AC1": 100, "AC2": 200}


@pytest.mark.parametrize("pattern", ["no group", "(?P<week>x)", "("])
def test_a_pattern_that_names_no_place_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"delivery\.pattern"):
        Delivery(pattern=pattern)


# A list that is the whole, by its profile.


def test_what_a_list_no_longer_holds_is_closed_from_that_list_on(staged: Staged) -> None:
    """Two monthly lists of open items: D1 is on the first alone, D2 is smaller on the second, D3 is new."""
    staged.told("erp.documents", mode="full", files="wholes")
    staged.deliver("erp.documents", "documents_1.csv", documents(D1="100.00", D2="200.00"))
    staged.deliver("erp.documents", "documents_2.csv", documents(D2="150.00", D3="300.00"))
    assert staged.amounts() == {"D2": "150.00", "D3": "300.00"}
    assert staged.amounts(known_through=1) == {"D1": "100.00", "D2": "200.00"}
    assert staged.closed() == [0, 1]
    assert staged.raw.rows("select distinct delivery_mode from raw.loads") == [("full",)]


def test_a_list_closes_nothing_of_other_companies_and_senders(staged: Staged) -> None:
    other_company = "B,D9,invoice,C1,2026-01-31,CNY,9.00\n"
    staged.deliver("erp.documents", "documents.csv", documents(D1="10.00", D8="80.00"), sender="another")
    staged.told("erp.documents", mode="full", files="wholes")
    staged.deliver("erp.documents", "documents_1.csv", documents(D1="100.00", D2="200.00") + other_company)
    staged.deliver("erp.documents", "documents_2.csv", documents(D2="150.00"))
    # D1 is closed by its list, and stands as the other sender has it.
    assert staged.amounts() == {"D1": "10.00", "D2": "150.00", "D8": "80.00", "D9": "9.00"}
    assert staged.closed() == [0, 0, 1]


def test_a_sender_that_turns_to_lists_has_what_the_first_list_says(staged: Staged) -> None:
    staged.deliver("erp.documents", "documents_1.csv", documents(D1="100.00"))
    staged.deliver("erp.documents", "documents_2.csv", documents(D2="200.00"))
    staged.told("erp.documents", mode="full", files="wholes")
    for number in (1, 2):
        (staged.folder("canonical") / f"documents_{number}.csv").unlink()
    staged.deliver("erp.documents", "documents_3.csv", documents(D2="150.00"))
    assert staged.amounts() == {"D2": "150.00"} and staged.closed() == [0, 0, 1]
    staged.told("erp.documents")
    (staged.folder("canonical") / "documents_3.csv").unlink()
    staged.deliver("erp.documents", "documents_4.csv", documents(D4="400.00"))
    assert staged.amounts() == {"D2": "150.00", "D4": "400.00"}


def test_lists_of_dates_come_in_their_order(staged: Staged) -> None:
    staged.told("erp.documents", mode="full")
    staged.deliver("erp.documents", "documents_2026-02.csv", documents(D2="200.00"))
    staged.deliver("erp.documents", "documents_2026-01.csv", documents(D1="100.00"))
    assert staged.amounts() == {"D2": "200.00"}


def test_the_files_of_a_table_are_lists_together_or_none_is(tmp_path: Path) -> None:
    (tmp_path / "half.yml").write_text(
        "description: Lists and additions.\ntables:\n"
        "  - {table: erp.documents, files: 'a*.csv', delivery: {mode: full}, columns: same_names}\n"
        "  - {table: erp.documents, files: 'b*.csv', columns: same_names}\n"
    )
    with pytest.raises(DataRefusedError, match=r"erp\.documents: one mapping says `delivery: \{mode: full\}`"):
        load_profile("half", tmp_path)


# Control totals.


@pytest.mark.parametrize(
    ("trailer", "problem"),
    [
        ("END;2;150.00", None),
        ("END;3;150.00", "the trailer counts 3 rows, the file has 2"),
        ("END;2;151.00", r"the trailer's amounts come to 151\.00, those of the rows to 150\.00"),
        ("", "the last line is not the trailer; the file may be cut"),
    ],
)
def test_a_trailer_is_no_row_and_what_it_says_must_be_so(staged: Staged, trailer: str, problem: str | None) -> None:
    (mapping,) = staged.raw.profile.mappings_of(load_contracts()["erp.documents"])
    told = mapping.model_copy(update={"trailer": Trailer(line=r"END;(?P<rows>\d+);(?P<amount>[\d.]+)")})
    staged.senders["canonical"] = staged.raw.profile.model_copy(update={"tables": (told,)})
    content = documents(D1="100.00", D2="50.00") + trailer + "\n"
    if problem:
        with pytest.raises(DataRefusedError, match=problem):
            staged.deliver("erp.documents", "documents.csv", content)
        assert staged.raw.rows("select count(*) from raw.loads") == [(0,)]
    else:
        staged.deliver("erp.documents", "documents.csv", content)
        assert staged.amounts() == {"D1": "100.00", "D2": "50.00"} and staged.raw.quarantined() == []


# Any sequence of deliveries, against a plain model.

SENDERS = ("one", "two")
PARTS, SNAPSHOTS = ("1", "2"), ("2026-01", "2026-02", "2026-03")
Rows = dict[str, int]
Run = tuple[str, dict[str, Rows]]  # a sender, and what the files of its folder say: a limit or an amount by key


def rows_of(*keys: str) -> st.SearchStrategy[Rows | None]:
    return st.one_of(st.none(), st.dictionaries(st.sampled_from(keys), st.integers(1, 2), min_size=1))


parts = st.sampled_from(PARTS).flatmap(lambda name: st.tuples(st.just(name), rows_of(f"P{name}a", f"P{name}b")))
snapshots = st.sampled_from(SNAPSHOTS).flatmap(lambda name: st.tuples(st.just(name), rows_of("S1", "S2", "S3")))
drawn_runs = st.lists(
    st.tuples(st.sampled_from(SENDERS), st.lists(st.one_of(parts, snapshots), max_size=3)), min_size=1, max_size=6
)


def folders(drawn: list[tuple[str, list[tuple[str, Rows | None]]]]) -> list[Run]:
    """What lies in a sender's folder at each run; None takes a file away."""
    lying: dict[str, dict[str, Rows]] = {sender: {} for sender in SENDERS}
    runs = []
    for sender, changes in drawn:
        for name, rows in changes:
            lying[sender] = {other: held for other, held in lying[sender].items() if other != name}
            lying[sender] |= {name: rows} if rows is not None else {}
        runs.append((sender, dict(lying[sender])))
    return runs


def current_limits(runs: list[Run]) -> Rows:
    """SEMANTICS 9 for a `full` table: of each sender the delivery that stands last; of a key of both, the row of the later one.

    Deliveries stand in a list as they came. A snapshot that comes late is put in before the sender's later ones, back to the last
    delivery of parts alone.
    """
    seen: dict[tuple[str, str], Rows] = {}
    order: list[tuple[str, str, Rows]] = []
    for sender, folder in runs:
        new = {name for name, rows in folder.items() if seen.get((sender, name)) != rows}
        seen |= {(sender, name): rows for name, rows in folder.items()}
        beside = [name for name in folder if name in PARTS]
        dates = sorted(name for name in folder if name in SNAPSHOTS) or [""] * bool(beside)
        for date_told in dates:
            if date_told in new or (date_told == dates[-1] and new & set(beside)):
                names = (date_told, *(beside if date_told == dates[-1] else ()))
                rows = {key: value for name in names for key, value in folder.get(name, {}).items()}
                place = len(order)
                for at in reversed([at for at, one in enumerate(order) if one[0] == sender]):
                    if "" in (date_told, order[at][1]) or order[at][1] <= date_told:
                        break
                    place = at
                order.insert(place, (sender, date_told, rows))
    last = {sender: (at, rows) for at, (sender, _, rows) in enumerate(order)}
    return {key: value for _, rows in sorted(last.values(), key=lambda one: one[0]) for key, value in rows.items()}


def current_amounts(runs: list[Run]) -> Rows:
    """SEMANTICS 9 for a `delta` table: each key as it was delivered last."""
    seen: dict[tuple[str, str], Rows] = {}
    current: Rows = {}
    for sender, folder in runs:
        for name, rows in sorted(folder.items()):
            current |= rows if seen.get((sender, name)) != rows else {}
            seen[sender, name] = rows
    return current


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10)
@given(drawn_runs)
def test_what_is_current_is_what_a_plain_model_says(staged: Staged, drawn: list) -> None:
    for table in ("loads", "deliveries", "quarantined_rows", "erp__documents", "erp__customers"):
        staged.raw.con.execute(f"delete from raw.{table}")
    for sender in SENDERS:
        shutil.rmtree(staged.folder(sender), ignore_errors=True)
    runs = folders(drawn)
    known: list[tuple[int, Rows, Rows]] = []
    for number, (sender, folder) in enumerate(runs, 1):
        for old in staged.folder(sender).glob("*.csv"):
            if old.stem.split("_")[1] not in folder:
                old.unlink()
        for name, rows in folder.items():
            staged.put(f"customers_{name}.csv", customers(**rows), sender)
            staged.put(f"documents_{name}.csv", documents(**{key: f"{value}.00" for key, value in rows.items()}), sender)
        staged.load("erp.customers", sender)
        staged.load("erp.documents", sender)
        limits, amounts = current_limits(runs[:number]), current_amounts(runs[:number])
        assert staged.limits() == {f"A{key}": value for key, value in limits.items()}
        assert staged.amounts() == {key: f"{value}.00" for key, value in amounts.items()}
        known.append((staged.raw.rows("select coalesce(max(load_id), 0) from raw.loads")[0][0], limits, amounts))
    for load_id, limits, amounts in known:
        assert staged.limits(load_id) == {f"A{key}": value for key, value in limits.items()}
        assert staged.amounts(load_id) == {key: f"{value}.00" for key, value in amounts.items()}


def test_a_link_that_leads_to_no_file_is_refused(warehouse: RawWarehouse) -> None:
    (warehouse.extracts / "documents_2.csv").symlink_to(warehouse.extracts / "gone.csv")
    with pytest.raises(DataRefusedError, match=r"documents_2\.csv is a link that leads to no file"):
        warehouse.deliver("erp.documents", "documents_1.csv", DOCUMENTS + "A,1,invoice,K,2026-01-31,CNY,1.00\n")
    assert warehouse.rows("select count(*) from raw.loads") == [(0,)]
