"""Reads a study file and says what is wrong with it: file, line, key, what is allowed."""

from __future__ import annotations

from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dose_outcomes.catalogue.wording import in_words
from dose_outcomes.errors import StudyError, nearest
from dose_outcomes.study.model import Study

Location = tuple[str | int, ...]


def load_study(path: str | Path) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path : str or Path
        A YAML file; see ``config/study.schema.json`` for its keys.

    Raises
    ------
    StudyError
        All faults at once, each with its line, and the nearest legal name where one is close.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StudyError(f"{path}: no such study file. Study files of this project are in config/") from None
    except UnicodeDecodeError:
        raise StudyError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    content, lines = _parse(text, path)
    try:
        return Study.model_validate(content)
    except ValidationError as error:
        faults = [_sentence(fault, lines, path) for fault in error.errors(include_url=False)]
        raise StudyError("\n".join(dict.fromkeys(faults))) from None


def effective_yaml(study: Study) -> str:
    """Return the study with every default and every definition it uses, also in words, as YAML text."""
    content = study.model_dump(mode="json")
    used = {code for endpoint in study.endpoints for code in endpoint.definitions.values()}
    for code in used | set(study.definitions):
        definition = study.definition(code)
        instruments = {one: known for one in definition.instruments if (known := study.instrument(one))}
        written = definition.model_copy(update={"in_words": in_words(definition, instruments)})
        content["definitions"][code] = written.model_dump(mode="json")
        for one, known in instruments.items():
            content["instruments"].setdefault(one, known.model_dump(mode="json"))
    content["definitions"] = dict(sorted(content["definitions"].items()))
    content["instruments"] = dict(sorted(content["instruments"].items()))
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _parse(text: str, path: Path) -> tuple[Any, dict[Location, int]]:
    """Return the content and the line of every key; a key given twice is a fault."""
    lines: dict[Location, int] = {}

    def walk(node: yaml.Node, location: Location) -> None:
        lines.setdefault(location, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise StudyError(f"{path}, line {key.start_mark.line + 1}: a key must be a word, not a list")
                inner = (*location, key.value)
                if inner in lines:
                    raise StudyError(f"{path}, line {key.start_mark.line + 1}: key '{key.value}' is given twice")
                lines[inner] = key.start_mark.line + 1
                walk(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                walk(item, (*location, index))

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where there is one; each step reads
    try:
        root = yaml.compose(text, Loader=loader)
        if root is not None:
            walk(root, ())
        content = yaml.load(text, Loader=loader)  # a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise StudyError(f"{path}{where}: not valid YAML: {problem}") from None
    if not isinstance(content, dict):
        what = "is empty" if content is None else "is a list" if isinstance(content, list) else "is one text"
        raise StudyError(f"{path}: {what}; a study file is lines of 'key: value', as those in config/")
    wrong = next((key for key in content if not isinstance(key, str)), None)
    if wrong is not None:
        raise StudyError(f"{path}, line {lines.get((str(wrong),), 1)}: a key must be a word; received {wrong!r}")
    return content, lines


def _sentence(fault: ErrorDetails, lines: dict[Location, int], path: Path) -> str:
    location = _without_tags(fault["loc"], lines)
    line = next((lines[location[:end]] for end in range(len(location), -1, -1) if location[:end] in lines), 1)
    where = f"{path}, line {line}"
    name = ".".join(str(part) for part in location)
    kind = fault["type"]
    if kind == "extra_forbidden":
        allowed = _keys_allowed(location[:-1])
        close = nearest(str(location[-1]), allowed)
        hint = f"; did you mean '{close}'?" if close else "."
        return f"{where}: unknown key '{location[-1]}'{hint} Allowed here: {', '.join(allowed)}"
    if kind == "missing":
        return f"{where}: key '{name}' is missing"
    if kind == "value_error":
        message = str(fault.get("ctx", {}).get("error", fault["msg"]))
        prefix = f"{name}: " if name else ""
        return "\n".join(_cross_check(part, lines, path) or f"{where}: {prefix}{part}" for part in message.splitlines())
    if kind == "literal_error":
        received = fault["input"]
        expected = str(fault.get("ctx", {}).get("expected", ""))
        close = nearest(str(received), [word.strip(" '") for word in expected.replace(" or ", ",").split(",")])
        hint = f"; did you mean '{close}'?" if close else ""
        return f"{where}: {name}: must be {expected}; received '{received}'{hint}"
    received = fault["input"]
    shown = f"; received {received!r}" if isinstance(received, str | int | float | bool) else ""
    return f"{where}: {name}: {fault['msg'][0].lower()}{fault['msg'][1:]}{shown}"


def _cross_check(sentence: str, lines: dict[Location, int], path: Path) -> str | None:
    """Place a sentence about several keys, which begins with the name of its section, at that section."""
    line = lines.get((sentence.split(":")[0],))
    return f"{path}, line {line}: {sentence}" if line else None


def _without_tags(location: Location, lines: dict[Location, int]) -> Location:
    """Drop what pydantic adds to a place for the members of a union: it is no key of the file."""
    kept: Location = ()
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if (*kept, part) in lines or (last and part in _keys_allowed(kept)):
            kept = (*kept, part)
        elif last and kept in lines and not _keys_allowed(kept):
            continue
    return kept


def _keys_allowed(location: Location) -> list[str]:
    """Return the legal keys of the part of a study file at a place."""
    models: list[Any] = [Study]
    for part in location:
        following: list[Any] = []
        for model in models:
            if isinstance(part, str) and part in model.model_fields:
                following += _models_in(model.model_fields[part].annotation)
            else:
                following.append(model)  # an index of a list or a free key of a mapping
        models = following
    return sorted({key for model in models for key in model.model_fields})


def _models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    origin = get_origin(annotation)
    if origin in (list, dict, Union, UnionType) or get_args(annotation):
        return [model for argument in get_args(annotation) for model in _models_in(argument)]
    return []
