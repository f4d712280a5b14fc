"""What clients are told of errors, however long or unforeseen."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from midblock_server.core.errors import MidblockServerError
from midblock_server.faults import SHOWN_FAULTS, Faults
from midblock_server.status import MESSAGE_BUDGET, describe
from midblock_server.wire.errors import error_detail_to_wire

# gRPC's default bound on all metadata of a response.
METADATA_BYTES = 8192


def test_an_error_of_ours_is_told_as_it_is() -> None:
    error = MidblockServerError("run-not-found", "No run.", found="a", wanted="b", next_step="c", facts={"run_id": "x"})
    assert describe(error, "anywhere") == error.detail


def test_an_unforeseen_error_is_told_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    detail = describe(KeyError("token=abc"), "/midblock.v1.Runs/StartRun")
    assert detail.code == "internal"
    assert "abc" not in detail.message
    assert "KeyError" in detail.message
    assert "abc" in caplog.text


@pytest.mark.parametrize(("character", "kept"), [("x", MESSAGE_BUDGET), ("字", MESSAGE_BUDGET // 9)])
def test_a_long_error_fits_the_metadata_and_says_what_is_left_out(character: str, kept: int) -> None:
    long = character * 100_000
    detail = describe(MidblockServerError("dataset-invalid", long, found=long, wanted=long, next_step=long), "anywhere")
    in_base64 = len(error_detail_to_wire(detail).SerializeToString()) * 4 / 3
    percent_encoded = len(quote(detail.message))
    assert in_base64 + percent_encoded < METADATA_BYTES
    assert detail.message.endswith(f"({100_000 - kept} more characters)")


def test_faults_beyond_the_shown_are_counted() -> None:
    faults = Faults()
    for number in range(SHOWN_FAULTS + 5):
        faults.add(f"place {number}", "a", "b")
    with pytest.raises(MidblockServerError) as caught:
        faults.raise_if_any("invalid-options", "It does not pass")
    assert f"{SHOWN_FAULTS + 5} faults" in caught.value.detail.message
    assert caught.value.detail.message.endswith("and 5 more")
    assert caught.value.detail.facts["fault_count"] == str(SHOWN_FAULTS + 5)


def test_no_faults_raise_nothing() -> None:
    Faults().raise_if_any("invalid-options", "never told")
