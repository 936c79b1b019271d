"""What the kit's JSON Schemas say of a piece of data."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import autograder

SCHEMAS = Path(autograder.__file__).parent / "schemas"
NAMES = sorted(path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir())


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def complaints(name: str, data: Any) -> list[str]:
    """List where data is not as a schema says; data that was not read from JSON is first turned into it."""
    found = Draft202012Validator(schema(name)).iter_errors(json.loads(json.dumps(data)))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in found]
