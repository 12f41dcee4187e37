"""A refresh that is killed outright leaves the published set whole, and the next one ends as if nothing had happened."""

import signal
import subprocess
import time
from collections.abc import Callable

from tests.conftest import RECEIVABLES, Home


def test_a_killed_refresh_leaves_no_trace_in_what_is_published(demo_home: Home, new_home: Callable[[], Home]) -> None:
    """Killed while it loads, then while dbt builds (which outlives its parent); benchmarks/kill_refresh.py does more of them."""
    home = new_home()
    for seconds in (9, 22):
        refresh = subprocess.Popen([RECEIVABLES, "demo"], env=home.environment, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        refresh.send_signal(signal.SIGKILL)
        refresh.wait()
        assert not home.serving_database.exists() or home.content_hash() == demo_home.content_hash()
    done = home.run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert home.content_hash() == demo_home.content_hash()
