"""Errors in words for the window: a sentence for what was raised on purpose, else a bug report."""

from app.errors import AppError, UsageError
from app.explain import sentence
from app.ui.language import Language


def in_words(error: BaseException, t: Language) -> str:
    """Return what happened and the next step, in the language of the window."""
    if isinstance(error, UsageError):
        # in a window there is no command to be written wrongly: it is about a file
        reason = t(str(error.fields.get("reason") or "–"))
        return t("“{file}” cannot be used: {reason}.", file=error.fields["argument"], reason=reason)
    if isinstance(error, AppError):
        return sentence(error, t.translator)
    return t(
        "The program made a mistake ({kind}). Nothing was changed; the log has the details.",
        kind=type(error).__name__,
    )
