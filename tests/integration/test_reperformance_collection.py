"""What contacts brought on the demo, re-performed from its raw extracts: contacts and cost, recoveries, promises due and kept.

SEMANTICS 1 'Payment'; docs/financing_and_collection.md, 'What contacts bring'. On three reporting dates.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from tests.conftest import Home
from tests.integration.test_reperformance_key_figures import percent
from tests.integration.test_reperformance_payments import customer_ids, rows
from tests.reference.demo_extracts import amount, known_day, ledgers, xlsx_rows
from tests.reference.payments import Book, Payment

CHANNELS = {"电话": "call", "函件": "letter", "上门": "visit", "短信": "message", "诉讼": "lawsuit"}
NOBODY = {"channel": "no_contact", "collector": "no_contact", "stage": "no_contact"}


@dataclass(frozen=True)
class Contact:
    """A contact; the customer None where its account leads to none, the cost where it cannot be read."""

    day: date
    number: str
    customer: str | None
    levels: dict[str, str]
    cost: Decimal | None


@dataclass
class Result:
    """What came of the contacts of a channel, collector or stage in a month."""

    contacts: int = 0
    unknown: int = 0
    customers: frozenset[str] = frozenset()
    payments: int = 0
    recovered: Decimal = Decimal(0)
    cost: Decimal | None = Decimal(0)
    promises: int = 0
    kept: int = 0

    def figures(self) -> list[object]:
        """The columns of the mart, in its order."""
        rate = None if self.cost is None else percent(self.cost, self.recovered)
        kept = percent(self.kept, self.promises)
        return [
            self.contacts, self.unknown, len(self.customers), self.payments, self.recovered, self.cost, rate, self.promises,
            self.kept, kept,
        ]  # fmt: skip


def contacts(home: Home) -> list[Contact]:
    """Contacts in their order; days that cannot be read are in quarantine."""
    sql = """select source_record, customer_id from marts.dim_customer_records
        where source_system = 'crm' and customer_id is not null"""
    accounts = dict(home.query(sql))
    stage_of = stages(home)
    result = []
    for row in xlsx_rows(home.path / "extracts", "crm/collection_activities_*.xlsx"):
        try:
            day = date.fromisoformat(row["活动日期"])
        except ValueError:
            continue
        try:
            cost = Decimal(row["催收费用"])
        except InvalidOperation:
            cost = None
        customer = accounts.get(row["客户账号"])
        stage = stage_of((row["公司代码"], row["凭证号"]), day) if customer else "unknown_customer"
        levels = {"channel": CHANNELS[row["渠道"]], "collector": row["催收人"], "stage": stage}
        result.append(Contact(day, row["活动编号"], customer, levels, cost))
    return sorted(result, key=lambda one: (one.day, one.number))


def stages(home: Home) -> Callable[[tuple[str, str], date], str]:
    """Stage of the ladder that a document's oldest open debt is in on a day."""
    opened: dict[tuple[str, str], list[tuple[date, date, date]]] = defaultdict(list)
    for company, number, *period in home.query(
        """select company_code, document_no, valid_from, coalesce(valid_before, date '9999-01-01'), due_date
        from marts.fct_balance_periods
        where receipt_allocation in ('any', 'reference') and instalment_allocation in ('any', 'fifo_by_due_date')
            and open_amount > 0 and document_type <> 'fx_revaluation'"""
    ):
        opened[company, number].append(tuple(period))
    ladder = sorted((int(row["from_days"] or -99999), row["stage_code"]) for row in rows("policy_collection_stages"))

    def stage(document: tuple[str, str], day: date) -> str:
        due = min((due for start, end, due in opened[document] if start <= day < end), default=None)
        return "nothing_open" if due is None else [code for days, code in ladder if days <= (day - due).days][-1]

    return stage


def test_what_contacts_brought(demo_home: Home) -> None:
    """A late payment and a promise count for the customer's last contact on the day or before it, of the recovery window."""
    customers, made = customer_ids(demo_home), contacts(demo_home)
    window = int(rows("policy_collection")[0]["recovery_window_days"])
    by_customer: dict[str, list[Contact]] = defaultdict(list)
    for one in made:
        if one.customer:
            by_customer[one.customer].append(one)

    def levels(customer: str, day: date) -> dict[str, str]:
        found = [one for one in by_customer[customer] if one.day <= day]
        return found[-1].levels if found and (day - found[-1].day).days <= window else NOBODY

    books = [Book(ledger) for ledger in ledgers(demo_home.path / "extracts").values()]
    owner = {
        (book.company, one.number): customers[book.company, one.customer] for book in books for one in book.documents.values()
    }
    promises = [
        ((row["公司代码"], row["凭证号"]), known_day(row["承诺日"]), known_day(row["承诺付款日"]), amount(row["承诺金额"]))
        for row in xlsx_rows(demo_home.path / "extracts", "crm/promises_*.xlsx")
    ]
    dates = demo_home.query("select as_of_date, opening_date from marts.dim_reporting_dates order by 1")[::12]
    mine: dict[tuple[object, ...], Result] = defaultdict(Result)
    for as_of, before in dates:
        standing: dict[tuple[str, str], list[Payment]] = defaultdict(list)
        for payment in (payment for book in books for payment in book.payments(as_of)):
            standing[payment.company, payment.document].append(payment)
            if payment.first_effective > before and payment.days_late > 0:
                for level in levels(owner[payment.company, payment.document], payment.paid_on).items():
                    mine[as_of, *level].payments += 1
                    mine[as_of, *level].recovered += payment.base_amount
        for one in (one for one in made if before < one.day <= as_of):
            for level in one.levels.items():
                found = mine[as_of, *level]
                found.contacts += 1
                found.unknown += one.customer is None
                found.customers |= {one.customer} if one.customer else set()
                found.cost = None if found.cost is None or one.cost is None else found.cost + one.cost
        for document, promised_on, until, promised in promises:
            if before < until <= as_of:
                paid = sum(one.amount for one in standing[document] if promised_on < one.paid_on <= until or one.paid_on == until)
                for level in levels(owner[document], promised_on).items():
                    mine[as_of, *level].promises += 1
                    mine[as_of, *level].kept += paid >= promised
    published = {
        row[:3]: list(row[3:])
        for row in demo_home.query(
            """select as_of_date, level, level_key, contact_count, unknown_customer_contact_count, contacted_customer_count,
                payment_count, paid_late_base_amount,
                cost_base_amount, cost_rate_pct, promise_count, kept_count, promises_kept_pct
            from marts.fct_collection_effectiveness"""
        )
    }
    kept_dates = {as_of for as_of, _ in dates}
    assert {key: found.figures() for key, found in mine.items()} == {
        key: figures for key, figures in published.items() if key[0] in kept_dates
    }
    assert len(mine) > 60


def test_contacts_of_accounts_that_lead_to_no_customer_are_told(demo_home: Home) -> None:
    """Nothing is left out silently: the sources and a refresh say how many rows are in no customer's figures."""
    unknown = sum(one.customer is None for one in contacts(demo_home))
    sql = "select unlinked_row_count, known_row_count from marts.dim_data_sources where table_name = 'crm.collection_activities'"
    ((unlinked, known),) = demo_home.query(sql)
    assert unlinked == unknown > 0
    told = f"  crm.collection_activities    {unlinked:,} of {known:,}"
    assert told in demo_home.output
