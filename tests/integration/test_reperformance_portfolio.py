"""Groups, concentration, limitation, financing and the roll-forward of the demo, computed once more on every reporting date.

SEMANTICS 3, 4 and 6. Exposures, scores and open items are taken from their marts, which are re-performed on their own; postings,
applications and statements from the raw extracts.
"""

import calendar
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from tests.conftest import Home
from tests.integration.test_reperformance_key_figures import percent
from tests.integration.test_reperformance_payments import customer_ids, rows, window
from tests.integration.test_reperformance_turnover import month_end
from tests.reference.demo_extracts import csv_rows, known_day, ledgers
from tests.reference.payments import Book, rounded
from tests.reference.provision import CENT, cents

OWED = "outstanding_amount > 0 and document_type <> 'fx_revaluation'"


def by_key(home: Home, length: int, sql: str) -> dict[tuple, list]:
    """Rows of a query by their first columns."""
    return {row[:length]: list(row[length:]) for row in home.query(sql)}


def test_groups_and_concentration(demo_home: Home) -> None:
    """SEMANTICS 6: companies under one controller are one risk; the share of the ten largest and the Herfindahl index."""
    grades = [row["grade_code"] for row in rows("policy_grades")]
    groups: dict[tuple, list[tuple]] = defaultdict(list)
    exposures: dict[tuple, list[Decimal]] = defaultdict(list)
    for as_of, group, *member in demo_home.query(
        """select e.as_of_date, e.group_id, e.exposure_base_amount, e.credit_limit_amount, g.score, g.grade_code
        from marts.fct_credit_exposure as e left join marts.fct_risk_grades as g using (as_of_date, customer_id)"""
    ):
        groups[as_of, group].append(tuple(member))
        exposures[as_of, "customer"].append(member[0])
    mine = {}
    for key, members in groups.items():
        each = [exposure for exposure, *_ in members]
        set_ones = [limit for _, limit, *_ in members if limit is not None]
        is_unlimited = not set_ones or any(limit is None and exposure > 0 for exposure, limit, *_ in members)
        limit, exposure = None if is_unlimited else sum(set_ones), sum(each)
        scores = [score for *_, score, _ in members if score is not None]
        graded = [grade for *_, grade in members if grade in grades]
        mine[key] = [
            len(members), exposure, limit,
            None if limit is None else limit - exposure, None if limit is None else exposure > limit,
            max(each), min(scores, default=None), max(graded, key=grades.index, default=None),
        ]  # fmt: skip
        exposures[key[0], "group"].append(exposure)
    assert mine == by_key(
        demo_home, 2,
        """select as_of_date, group_id, customer_count, exposure_base_amount, credit_limit_amount, headroom_amount, is_over_limit,
            largest_exposure_base_amount, lowest_score, lowest_grade_code
        from marts.fct_group_exposure""",
    )  # fmt: skip
    concentrations = {}
    for key, each in exposures.items():
        exposed = sorted((one for one in each if one > 0), reverse=True)
        whole = sum(exposed)
        squares = sum((100 * Fraction(one) / Fraction(whole)) ** 2 for one in exposed)
        concentrations[key] = [len(exposed), whole, percent(sum(exposed[:10]), whole), rounded(Fraction(squares))]
    assert concentrations == by_key(
        demo_home, 2,
        """select as_of_date, level, subject_count, exposure_base_amount, top_share_pct, herfindahl_index
        from marts.fct_concentration""",
    )  # fmt: skip


def test_limitation(demo_home: Home) -> None:
    """A claim is barred so many months after its due day, or after the customer's last sealed statement where that came later."""
    months, customers = window("limitation_months"), customer_ids(demo_home)
    signed: dict[tuple[str, str], list[date]] = defaultdict(list)
    for row in csv_rows(demo_home.path / "extracts", "erp/statement_confirmations.csv"):
        account = row["公司代码"], row["客户编号"]
        signed[account[0], customers[account]].append(known_day(row["确认日期"]))
    mine = {}
    for *key, customer, due, amount in demo_home.query(
        f"""select as_of_date, company_code, document_no, instalment_no, customer_id, due_date, outstanding_amount
        from marts.fct_open_items where {OWED} and days_past_due > 0"""
    ):
        as_of = key[0]
        confirmed = max((day for day in signed[key[1], customer] if day <= as_of), default=None)
        runs_from = max(due, confirmed or due)
        barred = months_after(runs_from, months)
        mine[tuple(key)] = [amount, confirmed, runs_from, barred, (barred - as_of).days]
    assert mine == by_key(
        demo_home, 4,
        """select as_of_date, company_code, document_no, instalment_no, outstanding_amount, confirmed_on, runs_from, barred_on,
            days_left
        from marts.fct_limitation_periods""",
    )  # fmt: skip


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def test_financing_pool(demo_home: Home) -> None:
    """The first rule that keeps a debt out, what fits under the customer's cap (rounded down), and what is paid at once."""
    (policy,) = rows("policy_financing")
    rules = sorted(rows("policy_financing_exclusions"), key=lambda row: int(row["exclusion_order"]))
    debts = demo_home.query(
        f"""select i.company_code, i.document_no, i.instalment_no, i.customer_id, i.due_date, i.outstanding_base_amount,
            i.disputed_amount, i.outstanding_amount, i.days_past_due, g.score,
            max(i.days_past_due) over (partition by i.customer_id) as longest
        from marts.fct_open_items as i left join marts.fct_risk_grades as g using (as_of_date, customer_id)
        where i.as_of_date = (select max(as_of_date) from marts.dim_reporting_dates) and {OWED}"""
    )
    mine, admitted = {}, defaultdict(list)
    for company, number, part, customer, due, base, disputed, amount, late, score, longest in debts:
        measures = {
            "disputed_share_pct": 100 * Fraction(disputed) / Fraction(amount),
            "days_overdue": late,
            "days_to_due": -late,
            "outstanding_base_amount": base,
            "customer_longest_overdue_days": max(longest, 0),
            "customer_score": score,
        }
        out = next((row["exclusion_rule"] for row in rules if is_met(row, measures[row["measure_code"]])), None)
        mine[company, number, part] = [base, out, Decimal(0), Decimal(0), base if out else Decimal(0)]
        if not out:
            admitted[company].append((due, number, part, customer, base))
    for company, found in admitted.items():
        cap = (sum(one[-1] for one in found) * Decimal(policy["customer_cap_pct"]) / 100).quantize(CENT, ROUND_DOWN)
        left = dict.fromkeys((one[3] for one in found), cap)
        for _, number, part, customer, base in sorted(found):
            fits = min(base, left[customer])
            left[customer] -= fits
            mine[company, number, part][2:4] = [fits, base - fits]
        for key, figures in mine.items():
            if key[0] == company:
                figures += [cents(figures[2] * Decimal(policy["advance_rate_pct"]) / 100), cap]
    assert mine == by_key(
        demo_home, 3,
        """select company_code, document_no, instalment_no, outstanding_base_amount, exclusion_rule, eligible_base_amount,
            over_cap_base_amount, excluded_base_amount, financed_base_amount, customer_cap_base_amount
        from marts.fct_financing_pool""",
    )  # fmt: skip


def is_met(rule: dict[str, str], measured: Fraction | Decimal | int | None) -> bool:
    """Whether a rule excludes; it does where it cannot measure."""
    if measured is None:
        return True
    threshold = Decimal(rule["threshold_value"])
    return measured > threshold if rule["comparison"] == "more_than" else measured < threshold


def test_roll_forward(demo_home: Home) -> None:
    """SEMANTICS 3 and 4: opening and what was posted come to closing; FX is realised to the cent by each application."""
    customers, columns = customer_ids(demo_home), ("amount", "base", "unrealised")
    opened: dict[tuple, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    months = dict(demo_home.query("select as_of_date, opening_date from marts.dim_reporting_dates"))
    first = min(months.values())
    for *key, amount, base, unrealised in demo_home.query(
        f"""select as_of_date, company_code, customer_id, currency_code, sum(outstanding_amount), sum(outstanding_base_amount),
            sum(unrealised_fx_base_amount)
        from marts.fct_open_items group by all
        union all
        select date '{first}', company_code, customer_id, currency_code, sum(open_amount), sum(round(open_amount * fx_rate, 2)), 0
        from marts.fct_balance_periods
        where valid_from <= '{first}' and coalesce(valid_before > '{first}', true)
            and receipt_allocation in ('any', 'reference') and instalment_allocation in ('any', 'fifo_by_due_date')
        group by all"""
    ):
        opened[tuple(key)] = dict(zip(columns, (amount, base, unrealised), strict=True))
    posted: dict[tuple, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for company, ledger in ledgers(demo_home.path / "extracts").items():
        book = Book(ledger)
        for one in ledger.documents:
            found = posted[month_end(one.accounting_date), company, customers[company, one.customer], one.currency]
            found[one.document_type] += one.amount
            found["base"] += cents(one.amount * (one.fx_rate or 1))
        for application in (application for some in book.applications.values() for application in some):
            credit, debit = book.documents[application.credit], book.documents[application.debit]
            if credit.fx_rate != debit.fx_rate:
                difference = Fraction(application.amount) * (Fraction(credit.fx_rate or 1) - Fraction(debit.fx_rate or 1))
                key = month_end(book.effective(application)), company, customers[company, debit.customer], debit.currency
                posted[key]["realised"] += cents(difference)
    published = by_key(
        demo_home, 4,
        """select as_of_date, company_code, customer_id, currency_code, opening_amount, billed_amount, received_amount,
            credited_amount, written_off_amount, recovered_amount, refunded_amount, revalued_amount, closing_amount,
            difference_amount, opening_base_amount, posted_base_amount, closing_base_amount, unrealised_fx_base_amount,
            realised_fx_base_amount, rounding_base_amount
        from marts.fct_receivables_rollforward""",
    )  # fmt: skip
    nothing: dict[str, Decimal] = dict.fromkeys(columns, Decimal(0))
    for key, figures in published.items():
        before, after = opened.get((months[key[0]], *key[1:]), nothing), opened.get(key, nothing)
        moved = posted.get(key, defaultdict(Decimal))
        rounding = after["base"] - before["base"] - moved["base"] - moved["realised"]
        expected = [
            before["amount"], moved["invoice"] + moved["debit_note"], -moved["receipt"] - moved["advance"], -moved["credit_note"],
            -moved["write_off"], moved["recovery"], moved["refund"], moved["fx_revaluation"], after["amount"], 0,
            before["base"], moved["base"], after["base"], after["unrealised"], moved["realised"], rounding,
        ]  # fmt: skip
        assert figures == expected, key
    assert len(published) > 6000


def test_grade_migration(demo_home: Home) -> None:
    """Customers by the grade before and the grade now, with what they owe: as everywhere else, credits are not taken off."""
    sql = f"select as_of_date, customer_id, sum(outstanding_base_amount) from marts.fct_open_items where {OWED} group by all"
    balances = {row[:2]: row[2] for row in demo_home.query(sql)}
    grades = {row[:2]: row[2] for row in demo_home.query("select as_of_date, customer_id, grade_code from marts.fct_risk_grades")}
    before = dict(demo_home.query("select as_of_date, opening_date from marts.dim_reporting_dates"))
    mine: dict[tuple, list] = defaultdict(lambda: [0, Decimal(0)])
    for (as_of, customer), grade in grades.items():
        found = mine[as_of, grades.get((before[as_of], customer), "new"), grade]
        found[0] += 1
        found[1] += balances.get((as_of, customer), Decimal(0))
    assert mine == by_key(
        demo_home, 3,
        """select as_of_date, from_grade_code, to_grade_code, customer_count, receivable_base_amount
        from marts.fct_grade_migration""",
    )  # fmt: skip


def test_grade_performance(demo_home: Home) -> None:
    """Customers of each grade gone bad within a horizon that is over; who was bad already or under a hard trigger is left out."""
    outcomes = rows("policy_performance_outcomes")
    horizons = [int(row["horizon_days"]) for row in rows("policy_performance_horizons")]
    ((last,),) = demo_home.query("select max(as_of_date) from marts.dim_reporting_dates")
    late: dict[tuple[str, int], list[tuple[date, date]]] = defaultdict(list)
    for customer, start, end, due in demo_home.query(
        """select customer_id, valid_from, coalesce(valid_before, date '9999-01-01'), due_date from marts.fct_balance_periods
        where receipt_allocation in ('any', 'reference') and instalment_allocation in ('any', 'fifo_by_due_date')
            and open_amount > 0 and document_type <> 'fx_revaluation'"""
    ):
        for beyond in {int(row["beyond_days"]) for row in outcomes if row["beyond_days"]}:
            begins = max(start, due + timedelta(beyond + 1))
            if begins < end:
                late[customer, beyond].append((begins, end))
    lost: dict[str, list[date]] = defaultdict(list)
    for customer, day in demo_home.query(
        "select customer_id, accounting_date from marts.fct_postings where document_type = 'write_off'"
    ):
        lost[customer].append(day)
    mine: dict[tuple, list] = defaultdict(lambda: [0, 0])
    for as_of, customer, grade in demo_home.query(
        "select as_of_date, customer_id, grade_code from marts.fct_risk_grades where override_rule is null"
    ):
        for row in outcomes:
            periods = late[customer, int(row["beyond_days"])] if row["beyond_days"] else []
            if any(begins <= as_of < ends for begins, ends in periods):
                continue
            days = [begins for begins, _ in periods] + (lost[customer] if row["counts_losses"] == "true" else [])
            for horizon in horizons:
                if as_of + timedelta(horizon) <= last:
                    found = mine[as_of, horizon, row["outcome_code"], grade]
                    found[0] += 1
                    found[1] += any(as_of < day <= as_of + timedelta(horizon) for day in days)
    assert {key: [*counts, percent(counts[1], counts[0])] for key, counts in mine.items()} == by_key(
        demo_home, 4,
        """select as_of_date, horizon_days, outcome_code, grade_code, customer_count, bad_count, bad_rate_pct
        from marts.fct_grade_performance""",
    )  # fmt: skip
