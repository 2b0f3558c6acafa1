"""GS1 article numbers: the modulo-10 check digit and who passes it."""

from app.errors import RuleBroken

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})


def check_digit(digits: str) -> int:
    """GS1 check digit of a text of ASCII digits; RuleBroken("digits") for anything else."""
    if not (digits.isascii() and digits.isdigit()):
        raise RuleBroken("digits", text=digits)
    weighted = sum(
        int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))
    )
    return -weighted % 10


def is_gtin(text: str) -> bool:
    """Whether the text is a GTIN-8, -12, -13 or -14 with the right check digit."""
    if len(text) not in _GTIN_LENGTHS or not (text.isascii() and text.isdigit()):
        return False
    return check_digit(text[:-1]) == int(text[-1])


def gtin14(indicator: int, gtin13: str) -> str:
    """GTIN-14 of a case (`indicator` 1..8) of the article `gtin13`."""
    if not 1 <= indicator <= 8 or len(gtin13) != 13 or not is_gtin(gtin13):
        raise RuleBroken("gtin", indicator=indicator, gtin=gtin13)
    body = f"{indicator}{gtin13[:-1]}"
    return f"{body}{check_digit(body)}"
