"""Where a line of mixed Chinese and Latin text may end."""

from app.reports.fonts import EmbeddedFont

_NEVER_FIRST = frozenset("!%),.:;?]}¢°·ˇ’”…‰′″℃、。々〉》」』】〕〗！％），．：；？］｝～")
_NEVER_LAST = frozenset("([{£¥‘“〈《「『【〔〖（［｛￡￥")
_FIRST_WIDE = 0x2E80
_ELLIPSIS = "…"


def wrap(
    font: EmbeddedFont, size: int, width: int, text: str, max_lines: int = 8
) -> tuple[str, ...]:
    """Split `text` into lines of at most `width` (in the unit of `size`).

    Chinese breaks between any two characters but before closing and after opening marks;
    Latin breaks at blanks, after slashes and the hyphens of words, and anywhere in a word that is
    too long by itself.
    What does not fit into `max_lines` is cut off behind an ellipsis.
    """
    room = width * 1000 // size
    if font.run(text).width <= room:
        return (text,)
    lines: list[str] = []
    start = end = used = 0
    while end < len(text):
        used += font.width(text[end])
        if used > room and end > start:
            end = _last_break(text, start, end)
            lines.append(text[start:end].rstrip())
            start = end
            while start < len(text) and text[start].isspace():
                start += 1
            end, used = start, 0
            if len(lines) == max_lines and start < len(text):
                lines[-1] = _shorten(font, room, lines[-1])
                return tuple(lines)
        else:
            end += 1
    if start < len(text):
        lines.append(text[start:])
    return tuple(lines)


def _last_break(text: str, start: int, end: int) -> int:
    for place in range(end, start, -1):
        if _may_break(text[place - 1], text[place]) or _parts_words(text, place, start):
            return place
    return end


def _parts_words(text: str, place: int, start: int) -> bool:
    # A hyphen between letters; those of document numbers stand beside digits.
    if text[place - 1] != "-" or place - 2 < start:
        return False
    return text[place - 2].isalpha() and text[place].isalpha()


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    if before.isspace() or after.isspace():
        return True
    if ord(before) >= _FIRST_WIDE or ord(after) >= _FIRST_WIDE:
        return True
    if before == "/":
        return not after.isdigit()
    return False


def _shorten(font: EmbeddedFont, room: int, line: str) -> str:
    while line and font.run(line + _ELLIPSIS).width > room:
        line = line[:-1]
    return line + _ELLIPSIS
