"""While an upload is posted, the search for cycles rests."""

import gc

from app.services.collecting import without_collecting


def test_the_search_for_cycles_rests_and_goes_on_afterwards() -> None:
    assert gc.isenabled()
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
