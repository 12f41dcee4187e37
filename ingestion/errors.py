"""The one exception that a user may see from ingestion: bad input, said plainly.

Programming errors are not caught or dressed up here.
"""


class DataRefusedError(Exception):
    """Input that cannot be used as a whole: says what is wrong, where, and what to do next."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}\n  To fix: {fix}")
        self.what = what
        self.fix = fix
