"""SAS transport files: whole ones are read, cut ones are refused wherever they were cut but between two rows."""

import pandas as pd
import pyreadstat
import pytest

from dose_outcomes.cohort.sources.files import read_file
from dose_outcomes.errors import CohortDataError

FRAME = pd.DataFrame({"USUBJID": [f"P{number:03d}" for number in range(40)], "AVAL": [float(n) for n in range(40)]})


@pytest.fixture(params=[5, 8])
def whole(request, tmp_path):
    path = tmp_path / "whole.xpt"
    pyreadstat.write_xport(FRAME, str(path), file_format_version=request.param)
    return path


def test_a_whole_file_is_read(whole):
    frame = read_file(whole)
    assert frame["USUBJID"].tolist() == FRAME["USUBJID"].tolist()
    assert frame.index.tolist() == list(range(2, 42))


def test_a_cut_file_is_refused(whole, tmp_path):
    """Rows of 4 + 8 = 12 bytes, 480 in all, in 6 records of 80: a cut by a record leaves 400 = 33 * 12 + 4 bytes."""
    content = whole.read_bytes()
    cut = tmp_path / "cut.xpt"
    for less in (1, 12, 79, 80, 160, 320, 400):
        cut.write_bytes(content[:-less])
        with pytest.raises(CohortDataError, match=r"cut.xpt: ends within a row: the file was cut off\. Copy it again"):
            read_file(cut)
    cut.write_bytes(content[:-240])  # 20 whole rows in 3 whole records are left: that cannot be seen
    assert len(read_file(cut)) == 20


def test_the_public_files_are_whole(public_data):
    for path in sorted((public_data / "cdisc_pilot").glob("*.xpt")):
        assert len(read_file(path)) > 200, path.name
