"""Fresh keys sort as they were made, derived keys come again."""

from concurrent.futures import ThreadPoolExecutor

from app.storage.keys import derived_key, new_key


def test_fresh_keys_are_version_7_and_in_order() -> None:
    keys = [new_key() for _ in range(2000)]
    assert keys == sorted(set(keys))
    assert {key.version for key in keys} == {7}
    assert {key.variant for key in keys} == {"specified in RFC 4122"}


def test_fresh_keys_of_several_threads_are_distinct() -> None:
    with ThreadPoolExecutor(4) as threads:
        keys = list(threads.map(lambda _: new_key(), range(2000)))
    assert len(set(keys)) == len(keys)


def test_derived_keys_follow_from_their_parts() -> None:
    assert derived_key(127, "lot", "L1") == derived_key(127, "lot", "L1")
    assert derived_key(127, "lot", "L1") != derived_key(127, "lot", "L2")
    assert derived_key("a", "b").version == 5
