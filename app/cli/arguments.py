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
