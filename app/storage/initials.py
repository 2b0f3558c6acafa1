"""First letters of a name, for finding it on a keyboard without Chinese."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """`重庆啤酒500` as `cqpj500`: pinyin initials of Chinese, everything else in small letters."""
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return "".join(letter.lower() for letter in letters if letter.isalnum())
