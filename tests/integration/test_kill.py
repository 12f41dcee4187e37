"""A refresh that is killed outright leaves the published set whole, and the next one ends as if nothing had happened."""

import signal
import subprocess
import time
from collections.abc import Callable

from tests.conftest import RECEIVABLES, Home


def test_a_killed_refresh_leaves_no_trace_in_what_is_published(demo_home: Home, new_home: Callable[[], Home]) -> None:
    """Killed once loading is done and dbt builds, which outlives its parent; `make benchmark-kill` kills at random."""
    home = new_home()
    refresh = subprocess.Popen([RECEIVABLES, "demo"], env=home.environment, stdout=subprocess.PIPE, text=True)
    assert refresh.stdout is not None
    while "building and testing the models" not in refresh.stdout.readline():
        assert refresh.poll() is None
    time.sleep(8)
    refresh.send_signal(signal.SIGKILL)
    refresh.wait()
    assert not home.serving_database.exists()
    done = home.run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert home.content_hash() == demo_home.content_hash()
