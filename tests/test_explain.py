"""Every error, problem and refusal has a sentence, and every sentence can be filled."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from app import explain
from app.domain import problems
from app.domain.counts import CountEvent, CountState, LineState
from app.domain.deliveries import DeliveryEvent, DeliveryResult, DeliveryState
from app.domain.orders import OrderEvent, OrderState
from app.domain.rights import Right
from app.errors import AppError, NotFound, PortError, RuleBroken
from app.i18n import Translator
from drivers.errors import DriverError
from drivers.protocols.docking.codes import Code

ROOT = Path(__file__).resolve().parent.parent


def tree_of(error: type[Exception]) -> Iterator[type]:
    yield error
    for each in error.__subclasses__():
        yield from tree_of(each)


def places(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def calls(name: str) -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield where, first text argument and keyword names (None: unknown) of each call of `name`."""
    for file in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            first = node.args[0]
            if called == name and isinstance(first, ast.Constant) and isinstance(first.value, str):
                named = [each.arg for each in node.keywords]
                keywords = None if None in named else {each for each in named if each}
                yield f"{file.relative_to(ROOT)}:{node.lineno}", first.value, keywords


def test_every_error_class_has_a_sentence() -> None:
    ours = [each for each in tree_of(AppError) if each.__module__.startswith("app.")]
    assert {each.code for each in ours} == set(explain.ERRORS)
    assert len({each.code for each in ours}) == len(ours)


def test_every_driver_error_has_a_sentence() -> None:
    ours = [each for each in tree_of(DriverError) if each.__module__ == "drivers.errors"]
    assert {each.code for each in ours} == set(explain.DRIVER_ERRORS)


def test_every_number_of_the_wire_has_a_sentence() -> None:
    assert {int(code) for code in Code} == set(explain.REFUSALS)


def test_every_problem_has_a_sentence() -> None:
    assert set(problems.CODES) == set(explain.PROBLEMS)


def test_every_rule_has_a_sentence() -> None:
    broken = {rule for _, rule, _ in calls("RuleBroken")}
    assert broken == set(explain.RULES)


@pytest.mark.parametrize(
    ("name", "sentences"), [("RuleBroken", explain.RULES), ("problem", explain.PROBLEMS)]
)
def test_whoever_raises_gives_what_the_sentence_mentions(
    name: str, sentences: dict[str, str]
) -> None:
    missing = [
        (where, code, places(sentences.get(code, "")) - keywords)
        for where, code, keywords in calls(name)
        if keywords is not None and places(sentences.get(code, "")) - keywords
    ]
    assert missing == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_are_filled(language: str) -> None:
    t = Translator(language)
    assert "/dev/ttyUSB7" in explain.sentence(PortError("port_busy", port="/dev/ttyUSB7"), t)
    assert "2026-06-03" in explain.sentence(
        RuleBroken("period-closed", day="2026-06-03", closed_through="2026-06-05"), t
    )
    assert "257" in explain.problem_sentence("E_ORD_TOO_MANY", {"lines": 257, "limit": 256}, t)


def test_a_missing_field_shows_as_a_dash_and_never_fails() -> None:
    t = Translator("en")
    for table in (explain.ERRORS, explain.DRIVER_ERRORS, explain.RULES, explain.PROBLEMS):
        for code in table:
            assert "{" not in explain.problem_sentence(code, {}, t)
    assert "–" in explain.sentence(PortError("port_busy"), t)


def test_a_refusal_is_told_by_its_number() -> None:
    t = Translator("en")
    told = explain.sentence(PortError("peer_refused", port="x", refusal=400, text="no"), t)
    assert "another branch" in told
    assert "no" in explain.sentence(PortError("peer_refused", port="x", refusal=9, text="no"), t)


def test_what_is_missing_may_need_another_step_than_spelling() -> None:
    t = Translator("en")
    assert "Enrol it" in explain.sentence(NotFound(what="terminal", key=7), t)
    assert explain.sentence(NotFound(what="product", key="P1"), t).startswith("There is no product")


def test_what_nobody_foresaw_still_gets_a_sentence() -> None:
    t = Translator("en")
    assert explain.sentence(RuleBroken("new-rule"), t).startswith("A rule of the branch")
    assert explain.driver_sentence("new_code", {}, t) == explain.DRIVER_ERRORS["driver_error"]
    assert explain.problem_sentence("E_NEW", {}, t) == "E_NEW"


def test_every_right_and_every_state_has_a_word() -> None:
    codes = [
        member.value
        for each in (Right, OrderState, OrderEvent, DeliveryState, DeliveryEvent, DeliveryResult)
        for member in each
    ]
    codes += [member.value for each in (CountState, CountEvent, LineState) for member in each]
    assert set(codes) - set(explain.WORDS) == set()
    assert explain.word("partly_delivered", Translator("zh")) == "部分送达"
