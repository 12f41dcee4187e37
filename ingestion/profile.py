"""Sender profiles: how one sender's files map onto the contracts, read from `profiles/<name>.yml`.

Says which files feed which table and how a file's text becomes canonical columns. Reads no data.
"""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ingestion.contract import Contract, DeliveryMode, load_contracts
from ingestion.errors import DataRefusedError, NameRefusedError
from ingestion.formats import format_pattern
from ingestion.texts import normalised

PROFILE_DIR = Path(__file__).parent / "profiles"


# What may be named in a delivery's pattern, by weight, and how many digits it takes in a sequence.
SEQUENCE_DIGITS = {"year": 4, "month": 2, "day": 2, "number": 18}


def _groups(pattern: str | None, place: str) -> set[str] | None:
    """Named groups of a regular expression; None without one."""
    try:
        return None if pattern is None else set(re.compile(pattern).groupindex)
    except re.error as error:
        raise ValueError(f"{place} {pattern!r} is no regular expression: {error}") from error


def _refuse_pattern(pattern: str, group_count: int | None) -> None:
    """Refuse a pattern that DuckDB, whose regular expressions know no look-ahead, cannot search lines for."""
    try:
        groups = re.compile(pattern).groups
        with duckdb.connect() as con:
            con.execute("select regexp_matches('', ?)", [pattern])
    except (re.error, duckdb.Error) as error:
        raise ValueError(f"{pattern!r} is no pattern that lines can be searched for: {str(error).splitlines()[0]}") from error
    if group_count is not None and groups != group_count:
        raise ValueError(f"{pattern!r} needs one group (...), which says what the head of a section names; it has {groups}")


class FileFormat(BaseModel):
    """How a file's bytes become text columns, and how its text writes dates, numbers and nothing.

    `quote` empty: nothing is quoted. `header_line` 0: the file has no header, its columns are `#1`, `#2` and so on. `captions`:
    what the profile calls a column, and the captions or places under which files have it. `section_heads`: further columns, read
    from lines that stand above those which they are about; each pattern has one group.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["csv", "xlsx", "jsonl"] = "csv"
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    header_line: int = Field(default=1, ge=0)
    header_rows: int = Field(default=1, ge=1)
    captions: dict[str, tuple[str, ...]] = {}
    drop_lines: tuple[str, ...] = ()
    section_heads: dict[str, str] = {}
    sheet: str | None = None
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    utc_offset: str = "+00:00"
    timestamp_formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
    decimal_separator: str = Field(default=".", min_length=1, max_length=1)
    thousands_separator: str = Field(default="", max_length=1)
    digit_grouping: Literal["thousands", "indian"] = "thousands"
    number_signs: tuple[Literal["trailing", "brackets", "credit_debit"], ...] = ()
    number_units: dict[str, Decimal] = {}
    null_marks: tuple[str, ...] = ()

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, encoding: str) -> str:
        try:
            b"a".decode(encoding, errors="replace")
        except (LookupError, UnicodeError, ValueError) as error:
            raise ValueError(f"there is no text encoding {encoding!r}") from error
        return encoding

    @field_validator("captions", mode="before")
    @classmethod
    def _one_or_several(cls, captions: Any) -> Any:
        return {name: (one,) if isinstance(one, str) else one for name, one in captions.items()}

    @field_validator("drop_lines", "section_heads")
    @classmethod
    def _patterns_can_be_used(cls, patterns: Any) -> Any:
        is_head = isinstance(patterns, dict)
        for pattern in patterns.values() if is_head else patterns:
            _refuse_pattern(pattern, group_count=1 if is_head else None)
        return patterns

    @field_validator("date_formats", "timestamp_formats")
    @classmethod
    def _formats_can_be_checked(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for one in formats:
            format_pattern(one)
        return formats

    @model_validator(mode="after")
    def _marks_differ(self) -> "FileFormat":
        marks = self.decimal_separator + self.thousands_separator
        if self.decimal_separator == self.thousands_separator or re.search(r"[\d+-]", marks):
            raise ValueError("decimal_separator and thousands_separator must differ, and none is a digit or a sign")
        if self.format == "csv" and self.delimiter == self.quote:
            raise ValueError("delimiter and quote must differ")
        return self

    @field_validator("utc_offset")
    @classmethod
    def _is_an_offset(cls, offset: str) -> str:
        if not re.fullmatch(r"[+-](?:0\d|1[0-4]):[0-5]\d", offset):
            raise ValueError(f"utc_offset {offset!r} is not written as +08:00")
        return offset

    @field_validator("number_units")
    @classmethod
    def _units_shift_the_point(cls, units: dict[str, Decimal]) -> dict[str, Decimal]:
        for unit, factor in units.items():
            if not unit.strip() or re.search(r"[\d()+-]", unit):
                raise ValueError(f"unit {unit!r} of number_units is empty, or holds a digit, a sign or a bracket")
            if not factor.is_finite() or factor.normalize().as_tuple()[:2] != (0, (1,)):
                raise ValueError(f"unit {unit!r} of number_units stands for {factor}, which is not 1, 10, 100, 0.01 or the like")
        return {normalised(unit): factor for unit, factor in units.items()}

    @model_validator(mode="after")
    def _units_are_no_signs(self) -> "FileFormat":
        if "credit_debit" in self.number_signs and {"cr", "dr"} & {unit.lower().rstrip(".") for unit in self.number_units}:
            raise ValueError("number_units names CR or DR, which credit_debit of number_signs takes for a sign")
        return self

    @property
    def utc_offset_minutes(self) -> int:
        """Minutes by which local time is ahead of UTC."""
        return int(self.utc_offset[0] + "1") * (int(self.utc_offset[1:3]) * 60 + int(self.utc_offset[4:]))

    @model_validator(mode="after")
    def _lines_have_a_shape(self) -> "FileFormat":
        if self.format == "jsonl" and (self.drop_lines or self.section_heads):
            raise ValueError("drop_lines and section_heads are for lines that are no records; of JSON lines, `where` picks")
        return self


class ColumnMapping(BaseModel):
    """Where a canonical column comes from: a column of the file or a DuckDB expression over them, then a code table.

    `null_marks`: texts that stand for nothing in this column, beside those of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str | None = None
    expression: str | None = None
    values: dict[str, str] = {}
    null_marks: tuple[str, ...] = ()


class Delivery(BaseModel):
    """Whether a delivery is the whole, in which order a table's files count, and which of a `full` table make up one delivery.

    `mode: full`: each delivery is the whole of what its companies have, though the contract knows additions; what it does not
    hold any more is closed. `order`: by the name, numbers in it as numbers, or by the time of the file. `pattern`: where in the
    name the date or number of the delivery stands; files of one date and number are one delivery, and one that comes late stays
    behind a later one. `files`: whether those that lie there are parts of one delivery or wholes; unsaid, files with a date in
    their names are wholes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["full"] | None = None
    order: Literal["name", "time"] = "name"
    pattern: str | None = None
    files: Literal["parts", "wholes"] | None = None

    @field_validator("pattern")
    @classmethod
    def _names_groups(cls, pattern: str | None) -> str | None:
        groups = _groups(pattern, "delivery.pattern")
        if groups is not None and (not groups or groups - set(SEQUENCE_DIGITS)):
            raise ValueError(f"delivery.pattern needs named groups, of: {', '.join(SEQUENCE_DIGITS)}")
        return pattern


class Trailer(BaseModel):
    """The file's last line, which says how many rows it should hold and what their amounts should come to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: str

    @field_validator("line")
    @classmethod
    def _names_groups(cls, line: str) -> str:
        groups = _groups(line, "trailer.line")
        if not groups or groups - {"rows", "amount"}:
            raise ValueError("trailer.line needs named groups, of: rows, amount")
        return line


class TableMapping(BaseModel):
    """One canonical table fed from one pattern of files; `where` picks the file's lines that belong to the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    files: str
    file_format: FileFormat
    where: str | None = None
    delivery: Delivery = Delivery()
    trailer: Trailer | None = None
    columns: dict[str, ColumnMapping] | Literal["same_names"]


class Profile(BaseModel):
    """A sender: a name and the tables that it delivers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    tables: tuple[TableMapping, ...]

    def mappings_of(self, contract: Contract) -> tuple[TableMapping, ...]:
        """The mappings that feed a contract's table; empty when the sender does not deliver it."""
        return tuple(mapping for mapping in self.tables if mapping.table == contract.name)

    def delivery_mode(self, contract: Contract) -> DeliveryMode:
        """What this sender's deliveries of a contract's table are: the contract's, or the whole where the profile says so."""
        is_whole = any(mapping.delivery.mode == "full" for mapping in self.mappings_of(contract))
        return "full" if is_whole else contract.delivery_mode


def profile_names(folder: Path = PROFILE_DIR) -> list[str]:
    """Names of the profiles that ship, for messages and help."""
    return sorted(path.stem for path in folder.glob("*.yml"))


@cache
def load_profile(name: str, folder: Path = PROFILE_DIR) -> Profile:
    """The profile of that name; refused when it does not exist, is malformed, or leaves a required column unmapped."""
    path = folder / f"{name}.yml"
    if not re.fullmatch(r"[a-z0-9_]+", name) or not path.is_file():
        raise NameRefusedError(
            f"There is no sender profile {name!r}.", f"use one of: {', '.join(profile_names(folder))}; or write {path}"
        )
    try:
        profile = _parse(name, yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError, TypeError, KeyError) as error:
        raise DataRefusedError(f"Profile {path} is malformed: {error}", "correct that file") from error
    for mapping in profile.tables:
        _refuse_unmappable(path, mapping)
    _refuse_two_modes(path, profile)
    return profile


def recorded_profile(name: str) -> Profile:
    """The profile that a load was read by, as the ledger or a manifest names it; nobody named it just now."""
    try:
        return load_profile(name)
    except NameRefusedError as gone:
        raise DataRefusedError(gone.what, gone.fix) from gone


def _parse(name: str, body: dict[str, Any]) -> Profile:
    """Profile YAML with its `defaults` merged into each table's file format and short column forms made long."""
    defaults = body.pop("defaults", {})
    tables = [_table(defaults, entry) for entry in body.pop("tables")]
    return Profile(name=name, tables=tuple(tables), **body)


def _table(defaults: dict[str, Any], entry: dict[str, Any]) -> TableMapping:
    columns = entry["columns"]
    if columns != "same_names":
        columns = {key: {"column": value} if isinstance(value, str) else value for key, value in columns.items()}
    format_keys = {key: value for key, value in entry.items() if key in FileFormat.model_fields}
    other = {key: value for key, value in entry.items() if key not in FileFormat.model_fields}
    return TableMapping(file_format=FileFormat(**{**defaults, **format_keys}), **{**other, "columns": columns})


def _refuse_two_modes(path: Path, profile: Profile) -> None:
    for table in sorted({mapping.table for mapping in profile.tables}):
        modes = {mapping.delivery.mode for mapping in profile.tables if mapping.table == table}
        if len(modes) > 1:
            raise DataRefusedError(
                f"Profile {path}, table {table}: one mapping says `delivery: {{mode: full}}` and another does not.",
                "have all mappings of the table say it, or none: a delivery is the files of all of them",
            )


def _refuse_unmappable(path: Path, mapping: TableMapping) -> None:
    contract = load_contracts().get(mapping.table)
    if contract is None:
        raise DataRefusedError(
            f"Profile {path} feeds table {mapping.table!r}, which has no contract.",
            f"use one of: {', '.join(load_contracts())}",
        )
    if mapping.columns == "same_names":
        return
    known = {column.name for column in contract.columns}
    required = {column.name for column in contract.columns if column.required}
    for problem, names in (
        ("maps unknown columns", mapping.columns.keys() - known),
        ("leaves required columns unmapped", required - mapping.columns.keys()),
    ):
        if names:
            raise DataRefusedError(
                f"Profile {path}, table {mapping.table}: {problem}: {', '.join(sorted(names))}.",
                f"see the contract ingestion/contracts/{contract.source}/{contract.table}.yml",
            )
