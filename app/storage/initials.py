"""First letters of a name, for finding it on a keyboard without Chinese."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """`重庆啤酒500` as `cqpj500`: pinyin initials of Chinese, everything else in small letters."""
    if name.isascii():
        return "".join(letter.lower() for letter in name if letter.isalnum())
    # Its dictionary takes longer to load than most commands take.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return "".join(letter.lower() for letter in letters if letter.isalnum())
