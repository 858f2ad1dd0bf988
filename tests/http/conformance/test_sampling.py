"""The sample that the sockets get: no class is without its representative."""

from collections import defaultdict
from collections.abc import Hashable
from pathlib import Path

import pytest

from .sampling import IN_PROCESS, SOCKETS, class_of, classes, one_format_each, parameters, rule
from .tables import GRAPHS, RESOURCES


def test_resources_fall_into_few_classes() -> None:
    """A class for each resource would be no sample, and one class for all would miss what differs."""
    assert 20 <= len({class_of(resource) for resource in RESOURCES}) <= 40


def test_no_class_of_a_document_and_no_format_is_left_out() -> None:
    """Of `one_format_each`: each class has a resource, and each format some document."""
    kept = one_format_each(RESOURCES)
    assert {class_of(resource) for resource in kept} == {class_of(resource) for resource in RESOURCES}
    assert {*GRAPHS, "html"} <= {resource.path.rpartition(".")[2] for resource in kept}


def test_every_class_has_its_representative_at_every_target(request: pytest.FixtureRequest) -> None:
    """Of each rule of this run: what is asked in process is asked over each socket, of one resource of the class."""
    requests: defaultdict[str, defaultdict[str, set[Hashable]]] = defaultdict(lambda: defaultdict(set))
    for item in request.session.items:
        others = dict(parameters(item))
        if Path(__file__).parent in item.path.parents and (target := others.pop("target", None)):
            requests[rule(item)][target].add(classes(others))
    for name, by_target in requests.items():
        if IN_PROCESS in by_target:
            assert all(by_target[socket] == by_target[IN_PROCESS] for socket in SOCKETS), name
