"""JSON schema of the study file, for editors: ``python -m dose_outcomes.study.schema``."""

from __future__ import annotations

import json
from pathlib import Path

from dose_outcomes.study.model import Study

PATH = Path("config/study.schema.json")


def schema_text() -> str:
    """Return the schema as JSON text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Study.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
