"""A profile that cannot work is refused before any file is read, with what is wrong in it."""

from pathlib import Path

import pytest

from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.profile import load_profile, profile_names


def test_every_shipped_profile_maps_every_required_column() -> None:
    assert {load_profile(name).name for name in profile_names()} == {"canonical", "demo", "ibm_ar"}


def test_the_demo_sender_delivers_every_canonical_table_but_terms() -> None:
    """Its invoices say when they fall due."""
    assert {mapping.table for mapping in load_profile("demo").tables} == set(load_contracts()) - {"erp.payment_terms"}


@pytest.mark.parametrize("name", ["nobody", "../demo", "demo/../demo"])
def test_an_unknown_profile_is_refused_with_those_that_exist(name: str) -> None:
    with pytest.raises(DataRefusedError, match="use one of: canonical, demo, ibm_ar"):
        load_profile(name)


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ("{company_code: a}", "leaves required columns unmapped: base_currency_code, company_name"),
        ("{company_code: a, company_name: b, base_currency_code: c, colour: d}", "maps unknown columns: colour"),
    ],
)
def test_a_mapping_that_does_not_fit_its_contract_is_refused(tmp_path: Path, columns: str, problem: str) -> None:
    (tmp_path / "mine.yml").write_text(
        f"description: mine\ntables:\n  - {{table: erp.companies, files: '*.csv', columns: {columns}}}\n"
    )
    with pytest.raises(DataRefusedError, match=problem):
        load_profile("mine", tmp_path)


def test_a_table_without_a_contract_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("description: mine\ntables:\n  - {table: erp.stock, files: '*', columns: same_names}\n")
    with pytest.raises(DataRefusedError, match=r"erp\.stock.*no contract"):
        load_profile("mine", tmp_path)
