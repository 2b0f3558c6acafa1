"""Actors and their rights."""

import pytest

from app.domain.rights import Actor, Right
from app.errors import PermissionDenied


def test_an_actor_may_do_what_was_granted_and_nothing_else() -> None:
    clerk = Actor("WANG", frozenset({Right.DOCK, Right.PRINT}))
    clerk.require(Right.PRINT)
    with pytest.raises(PermissionDenied) as denied:
        clerk.require(Right.REVERSE)
    assert denied.value.fields == {"user": "WANG", "right": "reverse"}


def test_an_actor_of_everything_has_every_right() -> None:
    actor = Actor.everything("root")
    for right in Right:
        actor.require(right)
