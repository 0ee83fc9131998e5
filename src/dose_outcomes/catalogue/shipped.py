"""The catalogue that ships with the package: one file a field of medicine, in `fields/`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from dose_outcomes.catalogue.definitions import Catalogue


@lru_cache(maxsize=1)
def built_in() -> Catalogue:
    """Return the instruments and response definitions that ship with the package."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: dict[str, dict[str, Any]] = {"instruments": {}, "definitions": {}}
    folder = files("dose_outcomes.catalogue").joinpath("fields")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        field = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # a safe loader
        for section, entries in field.items():
            twice = sorted(set(entries) & set(content[section]))
            assert not twice, f"{file.name}: {', '.join(twice)} is defined in another file too"
            content[section] |= entries
    return Catalogue.model_validate(content)
