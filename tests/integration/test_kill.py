"""A refresh that is killed outright leaves the published set whole, and the next one ends as if nothing had happened."""

import random
import signal
import subprocess
import time
from collections.abc import Callable

from tests.conftest import RECEIVABLES, Home


def test_a_killed_refresh_leaves_no_trace_in_what_is_published(demo_home: Home, new_home: Callable[[], Home]) -> None:
    """Two kills at random moments of a first refresh and its retry; benchmarks/kill_refresh.py does more of them."""
    home = new_home()
    moments = random.Random(20261031)
    for _ in range(2):
        refresh = subprocess.Popen([RECEIVABLES, "demo"], env=home.environment, stdout=subprocess.DEVNULL)
        time.sleep(moments.uniform(6, 28))
        refresh.send_signal(signal.SIGKILL)
        refresh.wait()
        if home.serving_database.exists():
            assert home.content_hash() == demo_home.content_hash()
    done = home.run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert home.content_hash() == demo_home.content_hash()
