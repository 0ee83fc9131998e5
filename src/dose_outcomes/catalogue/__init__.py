"""Built-in instruments and response definitions: data, not code."""

from dose_outcomes.catalogue.definitions import Catalogue, Instrument, ResponseDefinition, built_in

__all__ = ["Catalogue", "Instrument", "ResponseDefinition", "built_in"]
