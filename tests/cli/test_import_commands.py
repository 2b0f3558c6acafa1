"""Tables in and out from the command line."""

from pathlib import Path

from app.services.office import Office
from tests.cli.conftest import Run


def test_a_table_is_taken_in_with_its_bad_rows_listed(
    tallydock: Run, office: Office, tmp_path: Path
) -> None:
    file, bad = tmp_path / "c.csv", tmp_path / "bad.csv"
    file.write_text("code,name,customer_type\nX1,店,CVS\nX2,店,MOON\n", "utf-8")
    looked = tallydock("--json", "import", "customers", str(file), "--dry-run")
    assert (looked.code, looked.document["imported"]) == (1, 1)
    done = tallydock("--json", "import", "customers", str(file), "--bad", str(bad))
    assert done.document["bad"] == [
        {
            "line": 3,
            "column": "customer_type",
            "value": "MOON",
            "code": "unknown-word",
            "message": "This word is not known in this column.",
        }
    ]
    assert "MOON" in bad.read_text("utf-8-sig")
    shown = tallydock("--json", "masters", "history", "party", "X1").document
    assert [each["action"] for each in shown["changes"]] == ["made"]


def test_out_and_in_again_changes_nothing(tallydock: Run, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "prices.xlsx"
    assert tallydock("--json", "export", "prices", str(file)).document["rows"] == 2
    assert tallydock("import", "prices", str(file)).code == 0


def test_wrong_usage_says_what_there_is(tallydock: Run, office: Office, tmp_path: Path) -> None:
    wrong = tallydock("import", "moons", str(tmp_path / "x.csv"))
    assert (wrong.code, "stock-moves" in wrong.err) == (2, True)
    assert tallydock("import", "people", str(tmp_path / "x.csv")).code == 2
    made = tallydock("import", "people", str(tmp_path / "t.csv"), "--template")
    assert (made.code, "hire_date" in (tmp_path / "t.csv").read_text("utf-8-sig")) == (0, True)
