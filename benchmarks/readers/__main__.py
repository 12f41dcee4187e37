"""One reader: `python -m benchmarks.readers PUBLISHED SECONDS` prints what it sees, a JSON object a line."""

import json
import sys
from pathlib import Path

from benchmarks.readers import read_on

for look in read_on(Path(sys.argv[1]), float(sys.argv[2])):
    print(json.dumps(look), flush=True)
