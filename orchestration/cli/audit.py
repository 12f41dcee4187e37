"""What auditors ask for: proof of the ledger and of what it vouches for, and one zip about a publication."""

import sys
from pathlib import Path

import click

from orchestration.cli.telling import refusing_plainly, say
from orchestration.settings import read_settings


@click.group()
def audit() -> None:
    """What auditors ask for."""


@audit.command()
@click.option("--anchor", help="Head of the ledger that was kept elsewhere; it must be in the chain.")
@refusing_plainly
def verify(anchor: str | None) -> None:
    """Prove the ledger's chain, every archived file and every publication against it; name the first broken link.

    \b
    Example:
      receivables audit verify
    """
    from orchestration.audit.verify import prove

    proof = prove(read_settings(), anchor)
    say(f"The chain of {proof.entry_count} entries holds; its head is {proof.head or 'none'}.")
    say(f"{proof.file_count} archived files and {proof.publication_count} publications are as the ledger tells.")
    for note in proof.notes:
        say(note)


@audit.command()
@click.argument("publication_id")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Zip file to write [default: PUBLICATION_ID.zip]."
)
@refusing_plainly
def pack(publication_id: str, output: Path | None) -> None:
    """Write one zip about a publication for reading offline: checks, inputs, policy, lineage, proof, and cells re-performed.

    \b
    Example:
      receivables publications
      receivables audit pack 2026-10-31-0123456789ab --output evidence.zip
    """
    from orchestration.audit.pack import write_pack

    packed = write_pack(read_settings(), publication_id, output or Path(f"{publication_id}.zip"))
    say(f"{packed.path}: {packed.check_count} results of checks; open index.html in it.")
    same = len(packed.cells) - len(packed.differing)
    say(f"{same} of {len(packed.cells)} cells are the same by the reference engine.")
    for cell in packed.differing:
        say(f"  differs: {cell}")
    sys.exit(1 if packed.differing else 0)


@audit.command("anchor")
@refusing_plainly
def print_anchor() -> None:
    """Print the ledger's head, to be kept where nobody with access to this home can change it.

    \b
    Example:
      receivables audit anchor
    """
    from orchestration.audit.verify import prove

    say(prove(read_settings(), reads_archive=False).head)
