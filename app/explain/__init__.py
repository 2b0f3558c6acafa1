"""What to tell a person about an error or a problem: what happened, and the next step to take.

Everything is looked up by its stable code, so that nothing above this layer is imported. A place
in braces is filled from the fields of the error; one that is not there shows as a dash.
"""

from collections.abc import Mapping
from string import Formatter

from app.errors import AppError, NotFound, PortError, RuleBroken
from app.explain.drivers import DRIVER_ERRORS, REFUSALS, TRANSFERS
from app.explain.errors import ERRORS, MISSING, RULES
from app.explain.problems import PROBLEMS
from app.explain.profiles import line_fault
from app.explain.sessions import EVENTS
from app.explain.words import WORDS
from app.i18n import Translator

# Fields that hold a code of ours; in all others a word is somebody's own text.
_CODED = frozenset({"what", "right", "state", "event", "result", "flaw", "verdict"})


def sentence(error: AppError, t: Translator) -> str:
    """Return what to tell a person about an error, with the next step to take."""
    if isinstance(error, PortError):
        return driver_sentence(error.driver_code, error.fields, t)
    if isinstance(error, RuleBroken) and error.rule in RULES:
        return _fill(RULES[error.rule], error.fields, t)
    what = str(error.fields.get("what"))
    if isinstance(error, NotFound) and what in MISSING:
        return _fill(MISSING[what], error.fields, t)
    return _fill(ERRORS.get(error.code, ERRORS["error"]), error.fields, t)


def driver_sentence(code: str, fields: Mapping[str, object], t: Translator) -> str:
    """Return what to tell about a driver's error, known by its code; a refusal by its number."""
    if code == "transfer_failed" and fields.get("reason") in TRANSFERS:
        return _fill(TRANSFERS[str(fields["reason"])], fields, t)
    refusal = fields.get("refusal")
    if code == "peer_refused" and isinstance(refusal, int) and refusal in REFUSALS:
        return t(REFUSALS[refusal])
    return _fill(DRIVER_ERRORS.get(code, DRIVER_ERRORS["driver_error"]), fields, t)


def problem_sentence(code: str, fields: Mapping[str, object], t: Translator) -> str:
    """Return what to tell about a problem in something that came in, known by its code."""
    return _fill(PROBLEMS[code], fields, t) if code in PROBLEMS else code


def event_sentence(code: str, fields: Mapping[str, object], t: Translator) -> str:
    """Return what happened at one point of a docking; why one ended early, with the next step."""
    if code == "failed":
        error = str(fields.get("error"))
        if error in DRIVER_ERRORS:
            return driver_sentence(error, fields, t)
        if error in RULES:
            return _fill(RULES[error], fields, t)
        if error == NotFound.code and (what := str(fields.get("what"))) in MISSING:
            return _fill(MISSING[what], fields, t)
        if error in ERRORS:
            return _fill(ERRORS[error], fields, t)
    return _fill(EVENTS[code], fields, t) if code in EVENTS else code


def word(code: str, t: Translator) -> str:
    """Return the word for a thing, a right, a state; a code without one is returned as it is."""
    return t(WORDS[code]) if code in WORDS else code


def _fill(words: str, fields: Mapping[str, object], t: Translator) -> str:
    named = {name for _, name, _, _ in Formatter().parse(words) if name}
    return t(words, **{name: _shown(name, fields.get(name), t) for name in named})


def _shown(name: str, value: object, t: Translator) -> object:
    if value in ("", None):
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if name == "line_fault":
        return line_fault(str(value), t)
    return word(value, t) if name in _CODED and isinstance(value, str) else value
