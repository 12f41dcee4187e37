"""Pages for auditors: one HTML file each, that needs nothing from anywhere else."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestration.settings import PROJECT_ROOT

TEMPLATES = PROJECT_ROOT / "orchestration" / "audit" / "templates"


def rendered(template: str, **values: object) -> str:
    """A page of `templates/`, with every value escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(f"{template}.j2").render(**values)
