from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from dispatch.tenancy.policy import NETWORK_SECTIONS, SECTIONS, Pace, Policy, Rating, Section
from dispatch.tenancy.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_storage_as_json(name: str) -> None:
    policy = PRESETS[name]
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    for section, model in SECTIONS.items():
        stored = getattr(policy, section).model_dump_json()
        assert model.model_validate_json(stored) == getattr(policy, section)


def test_sections_are_the_fields_of_a_policy() -> None:
    assert list(SECTIONS) == list(Policy.model_fields)
    assert set(SECTIONS) >= NETWORK_SECTIONS


def test_the_demonstration_changes_the_pace_and_nothing_else() -> None:
    real, demo = PRESETS["personal-solution"], PRESETS["demo"]
    assert {name for name in SECTIONS if getattr(real, name) != getattr(demo, name)} == {"pace"}
    assert demo.pace.min_window == timedelta(seconds=5)


def test_the_presets_differ_where_the_two_networks_do() -> None:
    personal, loaders = PRESETS["personal-solution"], PRESETS["loaders-service"]
    assert loaders.discipline.lateness_ends_cooperation
    assert not personal.discipline.lateness_ends_cooperation
    assert not any(preset.staffing.auto_release for preset in PRESETS.values())
    assert personal.rating == loaders.rating
    assert personal.scoring.weights.rating > loaders.scoring.weights.rating


def _rule(weight: float, value: float = 1.0, *, caps: bool = False) -> dict[str, object]:
    return {"weight": weight, "value": value, "caps": caps}


def _marks(**changed: dict[str, object]) -> dict[str, object]:
    return {"marks": Rating().model_dump()["marks"] | changed}


_W = {"distance": "0.5", "rating": "0.5", "likelihood": "0", "favourites": "0", "fairness": "0"}


@pytest.mark.parametrize(
    ("section", "values", "sentence"),
    [
        ("pace", {"gracee": "PT1M"}, "Extra inputs"),
        ("pace", {"waves": []}, "list the leads"),
        ("pace", {"waves": [{"lead": "PT1H", "interval": "PT1M"}]}, "list the leads"),
        ("pace", {"waves": [{"lead": lead, "interval": "PT1M"} for lead in ("PT0S", "PT1H")]}, "list the leads"),
        ("pace", {"min_window": "PT4M"}, "no interval may be shorter"),
        ("pace", {"grace": "PT31M"}, "grace"),
        ("pace", {"doubtful_lead": "PT2H"}, "doubtful_lead"),
        ("pace", {"window_share": "0.6"}, "window_share"),
        ("pace", {"evening_reminder_at": "19:00:00+03:00"}, "without an offset"),
        ("staffing", {"factor": "0.9"}, "factor"),
        ("staffing", {"target": 1.0}, "target"),
        ("scoring", {"strategy": "custom"}, "exactly when"),
        ("scoring", {"strategy": "fair", "custom": _W}, "exactly when"),
        ("scoring", {"strategy": "custom", "custom": _W | {"rating": "0.6"}}, "sum to 1"),
        ("calendar", {"cancel_late_notice": "PT24H"}, "cancel_late_notice"),
        ("calendar", {"kept_for_home": 4}, "contact budget"),
        ("calendar", {"unanswered_limit": 9}, "contact budget"),
        ("rating", {"cap": "2.01"}, "cap"),
        ("rating", {"marks": {}}, "rules are missing"),
        ("rating", _marks(no_show=_rule(1.0, caps=True)), "strictly rising"),
        ("rating", _marks(cancel_late=_rule(0.3, value=2.0)), "strictly rising"),
        ("rating", _marks(no_show=_rule(3.0)), "always caps"),
        ("rating", _marks(late_announced=_rule(0.1, caps=True)), "never capped"),
        ("discipline", {"fines": {"no_show": {}}}, "either amount_minor or hours"),
        ("discipline", {"fines": {"no_show": {"amount_minor": 1, "hours": "1"}}}, "either amount_minor or hours"),
        ("discipline", {"fines": {"cancel_ahead": {"amount_minor": 1}}}, "never costs money"),
        ("discipline", {"legal_basis": {"employment": "contract_penalty"}}, "no fine"),
        ("discipline", {"caps": {"shift_minor": 2, "day_minor": 1, "month_minor": 3}}, "caps"),
        (
            "discipline",
            {"ladder": [{"strikes": 2, "suspend_for": "P1D"}, {"strikes": 2, "suspend_for": "P1D"}]},
            "rising strikes",
        ),
        (
            "discipline",
            {"ladder": [{"strikes": 2, "suspend_for": None}, {"strikes": 3, "suspend_for": "P1D"}]},
            "only the last",
        ),
        ("money", {"royalty_percent": "101"}, "royalty_percent"),
    ],
)
def test_a_contradiction_is_refused_with_its_reason(section: str, values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        SECTIONS[section].model_validate(values)


def test_own_weights_are_used_when_chosen() -> None:
    scoring = SECTIONS["scoring"].model_validate({"strategy": "custom", "custom": _W})
    assert scoring.weights.distance == Decimal("0.5")  # type: ignore[attr-defined]


def test_a_section_cannot_be_changed() -> None:
    pace: Section = Pace()
    with pytest.raises(ValidationError, match="frozen"):
        pace.grace = timedelta(0)  # type: ignore[attr-defined]
