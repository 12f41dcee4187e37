"""One customer from three sources, and one group from its owners (company K1 of the worked ledger)."""

from decimal import Decimal

import pytest

from tests.conftest import Home


@pytest.mark.parametrize(
    ("number", "customer_id"),
    [
        ("K01", "91310000K10000001Q"),  # its own credit code
        ("0000000107", "91310000K10000007B"),  # the CRM notes the code beside number 107
        ("K08", "K1-K08"),  # the code's check character is wrong and nobody else has it: only its own number is left
    ],
)
def test_an_erp_account_is_the_customer_that_its_code_says(ledger: Home, number: str, customer_id: str) -> None:
    assert ledger.query(f"select distinct customer_id from marts.fct_open_items where customer_code = '{number}'") == [
        (customer_id,)
    ]


def test_bureau_facts_reach_an_account_that_only_the_crm_identifies(ledger: Home) -> None:
    assert ledger.query(
        "select registered_name, erp_account_count, match_confidence from marts.dim_customers "
        "where customer_id = '91310000K10000007B'"
    ) == [("苏州恒达建设工程有限公司", 1, Decimal("0.9900"))]


def test_names_that_differ_are_linked_or_put_to_a_person_as_likely_as_they_are(ledger: Home) -> None:
    # A02 writes one character more: probability 0.96, above the 0.95 of the policy. A03 writes another last word: for review.
    assert ledger.query(
        "select customer_id, match_rule, confidence from marts.dim_customer_records where source_record = 'A02'"
    ) == [("91310000K10000001Q", "similar", Decimal("0.9596"))]
    assert ledger.query(
        "select customer_id, customer_name, doubt_code, match_rule, match_probability > 0.3 "
        "from marts.fct_customer_match_review where source_record = 'A03'"
    ) == [("91310000K10000001Q", "上海宏远工程机械有限公司", "similar", "unmatched", True)]


def test_names_without_legal_form_and_numbers_without_zeros_are_linked(ledger: Home) -> None:
    rules = dict(ledger.query("select source_record, match_rule from marts.dim_customer_records where source_system = 'crm'"))
    assert rules == {"A01": "name", "A02": "similar", "A03": "unmatched", "A99": "unmatched", "A107": "credit_code"}


def test_a_wrong_check_character_is_put_to_a_person(ledger: Home) -> None:
    assert ledger.query(
        "select source_record, stated_credit_code from marts.fct_customer_match_review where doubt_code = 'invalid_credit_code'"
    ) == [("K08", "91310000K10000008X")]


def test_whom_nobody_resembles_is_not_linked(ledger: Home) -> None:
    assert ledger.query("select * from marts.fct_customer_match_review where source_record = 'A99'") == []


def test_a_number_with_and_without_zeros_is_one_customer_and_one_name_is_not(ledger: Home) -> None:
    # 0000000500 owes 100 and 500 owes 40: one customer. 503 stands in the ledger alone, in both ways: 9 + 1.
    # 504 is 0000000504 in the ledger: 100. Of 501 and 502, which bear one name, neither is the other until a person says so.
    assert ledger.query(
        "select customer_id, sum(outstanding_amount) from marts.fct_aging "
        "where company_code = 'I1' and as_of_date = '2026-03-31' group by 1 order by 1"
    ) == [("I1-0000000500", 140), ("I1-0000000501", 7), ("I1-0000000502", 8), ("I1-0000000503", 10), ("I1-0000000504", 100)]
    assert ledger.query(
        "select source_record, match_rule from marts.dim_customer_records "
        "where company_code = 'I1' and match_rule <> 'own_number' order by 1"
    ) == [("500", "padded_number"), ("503", "padded_number"), ("504", "padded_number")]
    assert ledger.query(
        "select record_key, customer_id, doubt_code from marts.fct_customer_match_review where company_code = 'I1'"
    ) == [("erp:I1-0000000502", "I1-0000000501", "same_name")]


def test_what_is_said_of_a_number_is_said_of_it_however_it_is_padded(ledger: Home) -> None:
    # The master has 504 with a limit of 300, the ledger 0000000504, which owes 100, and the CRM a pledge of 40 from 00504.
    assert ledger.query(
        "select customers.customer_name, receivable_base_amount, secured_base_amount, exposure_base_amount, credit_limit_amount, "
        "headroom_amount from marts.fct_credit_exposure "
        "inner join marts.dim_customers as customers using (customer_id) "
        "where customer_id = 'I1-0000000504' and fct_credit_exposure.as_of_date = '2026-03-31'"
    ) == [("无锡补零机械有限公司", 100, 40, 60, 300, 240)]


@pytest.mark.parametrize(
    ("customer", "group", "rule"),
    [
        ("91310000K10000002U", "P1", "ownership_links"),  # a person holds 60 %
        ("91310000K10000003Y", "P1", "ownership_links"),  # held to 51 % by the one that the person holds
        ("91310000K100000042", "91310000K100000042", "alone"),  # held to 50 %: control is more than half
        ("91310000K100000055", "91310000K100000055", "ownership_circle"),  # the two hold each other
        ("91310000K100000068", "91310000K100000055", "ownership_circle"),
    ],
)
def test_groups_follow_control_to_its_end_and_circles_have_one(ledger: Home, customer: str, group: str, rule: str) -> None:
    assert ledger.query(f"select group_id, group_rule from marts.dim_customers where customer_id = '{customer}'") == [
        (group, rule)
    ]


def test_history_keeps_each_version_with_its_interval(ledger: Home) -> None:
    # The account since 31 March 2024, the register's entry since 1 January 2025.
    assert ledger.query(
        "select valid_from::varchar, valid_before::varchar, customer_name is null, registered_name "
        "from marts.dim_customers_history where customer_id = '91310000K10000001Q' order by valid_from"
    ) == [
        ("2024-03-31", "2025-01-01", False, None),
        ("2025-01-01", None, False, "上海宏远工程机械有限公司"),
    ]


def test_one_screen_explains_a_customer_down_to_the_line(ledger: Home) -> None:
    done = ledger.run("explain", "K01")
    assert done.returncode == 0, done.stderr
    for words in ("Grade B (green), score 83.5955", "financial_statements.csv line 2", "Exposure", "2025-05-31 to 2026-03-31"):
        assert words in done.stdout, words
    # What E08 owes lacks a rate.
    assert "now not known" in ledger.run("explain", "E08").stdout
    assert "is not a reporting date" in ledger.run("explain", "K01", "--as-of", "2026-03-15").stderr
    assert "No customer 'K99'" in ledger.run("explain", "K99").stderr
