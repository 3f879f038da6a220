"""What a person may start: every pathway under one heading, and only what the area has."""

from __future__ import annotations

import pytest

from app.domain.errors import BadInput
from app.domain.offers import Offers
from app.services import definitions, reference


def test_every_pathway_that_a_person_starts_stands_in_a_group() -> None:
    bundles = definitions.shipped()
    startable = {key for key, bundle in bundles.items() if definitions.remember(bundle).start_form}

    grouped = {key for _, keys in reference.offers().groups for key in keys}

    assert grouped == startable


def test_what_a_pathway_needs_is_a_switch_of_the_default_profile() -> None:
    switches = reference.profile("default").switches
    assert set(reference.offers().only_with.values()) <= set(switches)
    assert set(reference.offers().only_with) <= set(definitions.shipped())


@pytest.mark.parametrize(("area", "has"), [("salford", True), ("wandsworth", False)])
def test_only_salford_is_offered_the_quarterly_meeting(area: str, has: bool) -> None:
    assert reference.offers().is_in(reference.profile(area), "quarterly_meeting") is has
    assert reference.offers().is_in(reference.profile(area), "remand_yda")


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"groups": [{"name": "A", "pathways": ["x"]}, {"name": "B", "pathways": ["x"]}], "last": "Other"},
        {"groups": "all", "last": "Other"},
    ],
)
def test_a_file_that_is_wrong_is_refused(raw: object) -> None:
    with pytest.raises(BadInput):
        Offers.build(raw)
