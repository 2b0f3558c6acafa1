"""The table of problem codes."""

import pytest

from app.domain.problems import CODES, Severity, problem, worst


def test_a_problem_has_the_severity_of_its_code() -> None:
    found = problem("E_ORD_TOO_MANY", "order", lines=257)
    assert (found.severity, found.where, found.fields) == (Severity.REJECT, "order", {"lines": 257})


def test_a_code_must_be_in_the_table() -> None:
    with pytest.raises(KeyError):
        problem("E_NONE")


def test_an_unknown_product_waits_for_a_clerk() -> None:
    assert CODES["E_PROD"] is Severity.QUARANTINE
    assert CODES["E_PRICE"] is Severity.WARN
    assert CODES["E_TOTALS"] is CODES["X_SEQ_GAP"] is Severity.QUARANTINE


def test_the_worst_problem_decides() -> None:
    warning, waiting = problem("E_PRICE"), problem("E_PROD")
    refused, batch = problem("E_UOM"), problem("E_BATCH_CONFLICT")
    assert worst([]) is None
    assert worst([warning]) is Severity.WARN
    assert worst([waiting, warning]) is Severity.QUARANTINE
    assert worst([waiting, refused, warning]) is Severity.REJECT
    assert worst([batch, refused]) is Severity.BATCH
