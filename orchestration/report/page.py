"""Pages to keep: one HTML file each, that needs nothing from anywhere else."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = "templates"


def rendered(room: Path, template: str, **values: object) -> str:
    """A page of the `templates/` of a room's folder, within the frame that stands here, with every value escaped."""
    environment = Environment(
        loader=FileSystemLoader([room / TEMPLATES, Path(__file__).parent / TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{template}.j2").render(**values)
