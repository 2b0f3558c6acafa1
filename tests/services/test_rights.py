"""Every service that acts for somebody asks for a right before it does anything."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import app.services
from app.domain.rights import Actor
from app.errors import PermissionDenied

Service = Callable[..., object]

GUEST = Actor("guest", frozenset())
WITHOUT_ACTOR = {
    "app.services.journal.read_entry": "a part of replay, which asks",
    "app.services.admission.warnings_for": "tells what is odd, in a session that was let in",
    "app.services.blobs.blobs_of": "names a folder",
    "app.services.desk_key.credentials": "the desk's own key; dock and pair ask",
    "app.services.session_log.sweep_traffic": "clears away what is old; recover asks",
    "app.services.reporting.today": "tells the date",
    "app.services.demo.history.stock_at": "what the sample terminals know; the demo alone calls it",
    "app.services.demo.runner.found_sample_branch": "names its actors itself",
}
"""Functions that get an office and no actor, and why that is right."""
COMPOSED = {
    "app.services.journal.journaled": "the frame of a command; the command itself asks",
    "app.services.demo.demo_day.dock_all": "dock asks",
    "app.services.demo.demo_day.pair_all": "pair asks",
    "app.services.demo.demo_day.with_codes": "make_code asks",
    "app.services.session_log.session_row": "the frame of a docking; dock asks",
    "app.services.demo.demo_day.prepare_tomorrow": "planning, loading and printing ask",
    "app.services.demo.history.unload": "transfer_goods asks",
    "app.services.demo.runner.run_demo": "found_branch asks",
}
"""Functions with an actor that only pass it on."""


class Untouchable:
    """An argument that nobody may look at before the right was asked for."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was used before the right was asked for")


def services() -> Iterator[tuple[str, Service]]:
    """Every public function of the package under the name of the module that defines it."""
    for found in pkgutil.walk_packages(app.services.__path__, "app.services."):
        module = importlib.import_module(found.name)
        for name, service in vars(module).items():
            is_own = getattr(service, "__module__", "") == found.name
            if is_own and not name.startswith("_") and inspect.isfunction(service):
                yield f"{found.name}.{name}", service


def taking(*names: str) -> dict[str, Service]:
    return {
        name: service
        for name, service in services()
        if set(names) <= set(inspect.signature(service).parameters)
    }


ASKING = {name: each for name, each in taking("actor").items() if name not in COMPOSED}


def arguments(service: Service) -> dict[str, Any]:
    """Something for every parameter; none of it may be touched."""
    needed = inspect.signature(service).parameters.values()
    given: dict[str, Any] = {each.name: Untouchable() for each in needed}
    given["actor"] = GUEST
    return given


def test_there_are_services_to_ask() -> None:
    assert len(ASKING) > 20


@pytest.mark.parametrize("name", sorted(ASKING))
def test_who_may_nothing_is_refused_before_anything_is_touched(name: str) -> None:
    service = ASKING[name]
    with pytest.raises(PermissionDenied) as denied:
        service(**arguments(service))
    assert denied.value.fields["user"] == "guest"


def test_whoever_gets_an_office_names_the_actor_or_says_why_not() -> None:
    without = set(taking("office")) - set(taking("office", "actor"))
    assert without == set(WITHOUT_ACTOR)
    assert set(COMPOSED) <= set(taking("actor"))
