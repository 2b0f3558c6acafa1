"""Any bytes pass through the prefixes, whichever of them are in force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.transfer.kermit_quoting import Quoting

SAMPLES = [
    # (quoting, bytes, characters): from the manual's section 6.3 and from real files of G-Kermit
    (Quoting(), b"A\r\n#", b"A#M#J##"),
    (Quoting(), b"\x00\x1f\x7f", b"#@#_#?"),
    (Quoting(), b"\x80\xff\xa3", b"#\xc0#\xbf#\xa3"),
    (Quoting(repeat=126), b"aaaa\x00\x00\x00\x00\x00~", b"~$a~%#@#~"),
    (Quoting(high=38), b"\xc1\x81&\xa6", b"&A&#A#&&#&"),
    (Quoting(high=38, repeat=126), b"\x81" * 94 + b"\x81", b"~~&#A&#A"),
]

quotings = st.builds(
    Quoting, high=st.sampled_from([0, 38]), repeat=st.sampled_from([0, 126]), control=st.just(35)
)
runs = st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.integers(1, 200)), max_size=20)


@pytest.mark.parametrize(("quoting", "data", "chars"), SAMPLES)
def test_samples(quoting: Quoting, data: bytes, chars: bytes) -> None:
    assert quoting.encode(data, 0, 10_000) == (chars, len(data))
    assert quoting.decode(chars) == data


@given(quoting=quotings, pieces=runs, max_chars=st.integers(6, 90))
def test_everything_comes_back(
    quoting: Quoting, pieces: list[tuple[bytes, int]], max_chars: int
) -> None:
    data = b"".join(byte * count for byte, count in pieces)
    back, at = b"", 0
    while at < len(data):
        chars, after = quoting.encode(data, at, max_chars)
        assert len(chars) <= max_chars
        assert after > at
        decoded = quoting.decode(chars)
        assert decoded is not None
        back, at = back + decoded, after
    assert back == data


@given(quoting=quotings, data=st.binary(max_size=200))
def test_no_bare_control_leaves(quoting: Quoting, data: bytes) -> None:
    chars, _ = quoting.encode(data, 0, 10_000)
    assert not any(char & 0x7F < 32 or char & 0x7F == 127 for char in chars)
    assert not quoting.high or max(chars, default=0) < 128


@given(quoting=quotings, chars=st.binary(max_size=300))
def test_noise_is_decoded_or_refused_and_never_explodes(quoting: Quoting, chars: bytes) -> None:
    data = quoting.decode(chars)
    assert data is None or len(data) <= 94 * len(chars)


@pytest.mark.parametrize("chars", [b"abc#", b"abc~", b"abc~$", b"abc&", b"~ x", b"~\x7fx"])
def test_a_prefix_before_nothing(chars: bytes) -> None:
    assert Quoting(high=38, repeat=126).decode(chars) is None
