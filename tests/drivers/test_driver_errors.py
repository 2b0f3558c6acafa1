"""The error tree is as drawn, its codes are stable."""

from drivers import errors
from drivers.errors import DriverError


def tree(kind: type[DriverError], depth: int = 0) -> list[tuple[int, type[DriverError]]]:
    below = [line for child in kind.__subclasses__() for line in tree(child, depth + 1)]
    return [(depth, kind), *below]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    assert errors.__doc__ is not None
    drawn = []
    for line in errors.__doc__.splitlines()[2:]:
        words = line.lstrip("│├└─ ").split()
        if words:
            drawn.append(((len(line) - len(line.lstrip("│├└─ "))) // 4, words[0]))
    assert drawn == [(depth, kind.__name__) for depth, kind in tree(DriverError)]


def test_codes_are_stable_words_of_their_own() -> None:
    codes = [kind.code for _, kind in tree(DriverError)]
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and code.isidentifier() for code in codes)


def test_fields_are_kept_and_shown() -> None:
    error = errors.PortMissing(port="COM9", reason="gone")
    assert error.fields == {"port": "COM9", "reason": "gone"}
    assert str(error) == "port_missing (port='COM9', reason='gone')"
    assert str(DriverError()) == "driver_error"
