"""Options that hold for every command may stand before it or behind it."""

from collections.abc import Sequence

FLAGS = frozenset({"--json"})
VALUED = frozenset({"--data", "--db", "--lang", "--user"})


def global_first(arguments: Sequence[str]) -> list[str]:
    """The same arguments, those of the whole program in front; nothing behind "--" is moved."""
    in_front: list[str] = []
    others: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            others += [word, *rest]
            break
        if word in FLAGS or (word.split("=", 1)[0] in VALUED and "=" in word):
            in_front.append(word)
        elif word in VALUED and rest:
            in_front += [word, rest.pop(0)]
        else:
            others.append(word)
    return [*in_front, *others]


def command_of(arguments: Sequence[str]) -> str:
    """The first word that is neither an option of the whole program nor its value; "" if none."""
    rest = iter(arguments)
    for word in rest:
        if word in VALUED:
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return ""
