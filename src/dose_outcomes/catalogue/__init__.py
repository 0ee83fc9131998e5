"""Built-in instruments and response definitions: data, not code."""

from dose_outcomes.catalogue.definitions import Catalogue, Component, Instrument, ResponseDefinition
from dose_outcomes.catalogue.shipped import built_in

__all__ = ["Catalogue", "Component", "Instrument", "ResponseDefinition", "built_in"]
