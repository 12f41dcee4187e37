"""One reader: `python -m benchmarks.readers PUBLISHED SECONDS FILE` tells the file what it sees, a JSON object a line.

A file and no pipe: a pipe is full after some looks, and its writer waits until somebody empties it.
"""

import json
import sys
from pathlib import Path

from benchmarks.readers import read_on

with Path(sys.argv[3]).open("w", encoding="utf-8") as file:
    for look in read_on(Path(sys.argv[1]), float(sys.argv[2])):
        print(json.dumps(look), file=file)
