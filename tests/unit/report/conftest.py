"""The hand-made release, its rows and its page."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from dose_outcomes.report.page import render
from dose_outcomes.report.register import Register
from dose_outcomes.report.release import Release
from dose_outcomes.report.wording import Wording


@pytest.fixture(scope="session")
def made() -> ModuleType:
    specification = importlib.util.spec_from_file_location("made_release", Path(__file__).with_name("made_release.py"))
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def folder(made, tmp_path_factory) -> Path:
    return made.write(tmp_path_factory.mktemp("release"), made.study())


@pytest.fixture(scope="session")
def release(made, folder) -> Release:
    return Release.read(folder, made.PROVENANCE)


@pytest.fixture(scope="session")
def register(release) -> Register:
    return Register(release.estimates, release.curves, release.attrition)


@pytest.fixture(scope="session")
def wording(release) -> Wording:
    return Wording(release.study)


@pytest.fixture(scope="session")
def page(release) -> str:
    return render(release)
