"""What a command works on and when: the home that the environment names, and the clock, which is read nowhere else."""

from datetime import UTC, datetime

from orchestration.ledger.ledger import refuse_no_home
from orchestration.settings import Settings, apply_settings, keep_to_itself, read_settings


def now() -> datetime:
    """The clock, in UTC, which only the command line reads."""
    return datetime.now(UTC).replace(tzinfo=None)


def standing_home() -> Settings:
    """A home that stands already, to be written to; refused, and nothing made, where there is none."""
    refuse_no_home(read_settings())
    return home_to_write()


def home_to_write() -> Settings:
    """The home, made if there is none, kept from other users, and handed to the tools that read the environment."""
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    keep_to_itself(settings)
    apply_settings(settings)
    return settings
