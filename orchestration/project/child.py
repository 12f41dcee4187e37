"""`receivables-dbt`: dbt's command line as a child that the system ends together with the process that started it.

A build that outlived a killed refresh would hold the working database until it is done, and build what nobody waits for.
Where the system cannot end it (it is Linux that can), the next run waits for the database.
"""

import ctypes
import signal
import sys

# Of <sys/prctl.h>: the signal that a process gets when its parent dies.
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run dbt with the arguments of the command line."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    from dbt.cli.main import cli

    cli()
