"""Every setting of a profile that its form has, beside its columns: a table."""

from app.domain.profiles.profile import FIELDS, Encoding
from app.explain.fields import CHOICES
from app.explain.profiles import KINDS
from app.explain.words import WORDS
from app.i18n import N_
from app.ui.screens.profiles.plain_text import Plain, text_at, value_at
from app.ui.screens.profiles.settings_form import Setting


def _is_fixed(plain: Plain) -> bool:
    return text_at(plain, ("layout", "form")) == "fixed"


def _is_delimited(plain: Plain) -> bool:
    return not _is_fixed(plain)


def _is_count(plain: Plain) -> bool:
    return text_at(plain, ("kind",)) == "count"


def _is_order(plain: Plain) -> bool:
    return text_at(plain, ("kind",)) == "order"


def _is_return(plain: Plain) -> bool:
    return text_at(plain, ("kind",)) == "return"


def _has_count(plain: Plain) -> bool:
    return value_at(plain, ("lines", "count")) is not None


def _has_list(plain: Plain) -> bool:
    return value_at(plain, ("list",)) is not None


def _words_of(field: str) -> tuple[tuple[str, str], ...]:
    words = ((each, CHOICES.get(each) or WORDS.get(each) or each) for each in FIELDS[field].words)
    return (("", N_("as the file says")), *words)


_ENCODINGS = (
    (Encoding.AUTO.value, N_("found out")),
    (Encoding.UTF_8.value, "UTF-8"),
    (Encoding.GB18030.value, N_("GB18030 (Chinese)")),
    (Encoding.LATIN_1.value, N_("Latin-1 (Western)")),
)
_LINE_ENDS = (("crlf", "CR LF"), ("lf", "LF"), ("cr", "CR"))
_DELIMITERS = (
    (",", N_("comma ,")),
    (";", N_("semicolon ;")),
    ("\t", N_("tab")),
    ("|", N_("bar |")),
    ("@", N_("at sign @")),
    (" ", N_("blank")),
)

GENERAL: tuple[Setting, ...] = (
    Setting(
        ("code",),
        N_("Code"),
        tip=N_("Small letters, digits and hyphens. Terminals are set up with this code."),
    ),
    Setting(("title",), N_("Title"), span=2),
    Setting(("kind",), N_("Becomes"), "choice", tuple(KINDS.items())),
    Setting(
        ("source",),
        N_("Known from"),
        span=3,
        tip=N_("Where the layout is known from: a manual and its page, or a file of the terminal."),
    ),
    Setting(
        ("encoding",),
        N_("Encoding"),
        "choice",
        _ENCODINGS,
        default="auto",
        tip=N_(
            "Found out means: a mark at the beginning is believed, else it is UTF-8 if all of it "
            "can be, else GB18030."
        ),
    ),
    Setting(
        ("constants", "place"), N_("Counted in"), "choice", _words_of("place"), is_shown=_is_count
    ),
    Setting(
        ("constants", "payment"),
        N_("Way of payment"),
        "choice",
        _words_of("payment"),
        is_shown=_is_order,
    ),
    Setting(
        ("constants", "mode"),
        N_("Kind of return"),
        "choice",
        _words_of("mode"),
        is_shown=_is_return,
    ),
    Setting(
        ("constants", "condition"),
        N_("Condition"),
        "choice",
        _words_of("condition"),
        is_shown=_is_return,
    ),
    Setting(
        ("group",),
        N_("Keep apart by"),
        "list",
        tip=N_(
            "Fields that begin a new document when they change, with commas between them, such as "
            "document, location. Place, customer and supplier always do."
        ),
    ),
    Setting(
        ("sum",),
        N_("Add up equal scans"),
        "flag",
        tip=N_("Equal scans one behind the other are one line."),
        span=2,
    ),
)

LINES: tuple[Setting, ...] = (
    Setting(
        ("layout", "form"),
        N_("Pieces of a line"),
        "choice",
        (("delimited", N_("with separators")), ("fixed", N_("at fixed positions"))),
        default="delimited",
    ),
    Setting(
        ("layout", "delimiter"),
        N_("Separated by"),
        "sign",
        _DELIMITERS,
        default=",",
        tip=N_("Choose, or write one to three signs."),
        is_shown=_is_delimited,
    ),
    Setting(
        ("layout", "quote"),
        N_("Quotation mark"),
        "choice",
        (('"', '"'), ("'", "'"), ("", N_("none"))),
        default='"',
        is_shown=_is_delimited,
    ),
    Setting(
        ("layout", "pieces"),
        N_("Pieces, least and most"),
        "pair",
        is_shown=_is_delimited,
        tip=N_("A line with more or fewer is not understood. Empty for any number."),
    ),
    Setting(
        ("layout", "record"),
        N_("Length of a line"),
        "whole",
        is_shown=_is_fixed,
        tip=N_("A line of another length is not understood. Empty for any length."),
    ),
    Setting(
        ("layout", "unit"),
        N_("Positions are counted in"),
        "choice",
        (("bytes", N_("bytes")), ("characters", N_("characters"))),
        default="bytes",
        is_shown=_is_fixed,
    ),
    Setting(
        ("layout", "line_end"),
        N_("End of a line"),
        "choice",
        (*_LINE_ENDS, ("none", N_("none, all of one length"))),
        default="crlf",
        is_shown=_is_fixed,
        tip=N_("When a file is read, CR LF, LF and CR all end a line."),
    ),
    Setting(("lines", "skip"), N_("First lines to pass over"), "whole"),
    Setting(("lines", "tail"), N_("Last lines to pass over"), "whole"),
    Setting(("lines", "comment"), N_("Comments begin with"), "exact"),
    Setting(("lines", "mark"), N_("Lines of goods begin with"), "exact"),
    Setting(("lines", "tail_mark"), N_("The end begins with"), "exact"),
    Setting(
        ("lines", "count", "in"),
        N_("Number of lines stands in"),
        "choice",
        (("", N_("no line")), ("head", N_("the first line")), ("tail", N_("the last line"))),
        removes=("lines", "count"),
    ),
    Setting(
        ("lines", "count"),
        N_("at position"),
        "place",
        tip=N_("Which piece, or from and to as in 4-7. Empty when the line has nothing else."),
        is_shown=_has_count,
    ),
    Setting(("lines", "count", "extra"), N_("and counts others too"), "whole", is_shown=_has_count),
    Setting(
        ("lines", "closed"),
        N_("The last line must be ended"),
        "flag",
        span=2,
        tip=N_("A last line without an end was cut off."),
    ),
)

HEAD: tuple[Setting, ...] = (
    Setting(("head", "mark"), N_("Head lines begin with"), "exact"),
    Setting(("head", "line"), N_("or it is line number"), "whole"),
)

LIST: tuple[Setting, ...] = (
    Setting(
        ("list", "what"),
        N_("Written for the terminal"),
        "choice",
        (
            ("", N_("nothing")),
            ("products", N_("list of products")),
            ("customers", N_("list of customers")),
        ),
        removes=("list",),
    ),
    Setting(("list", "file"), N_("File"), is_shown=_has_list),
    Setting(("list", "titles"), N_("First line"), "exact", is_shown=_has_list, span=2),
)
