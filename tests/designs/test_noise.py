"""Inner and outer arrays: every run under every noise setting, around any fixed design."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.analyses.signal_to_noise import signal_to_noise
from doe.designs import DESIGNS, DesignError, Fixed
from doe.history import History
from doe.model import Completed, Factor, Level, Objective, Reading, Setting, Study
from doe.results import tabulate
from tests.designs.studies import carried_out, study_for
from tests.golden import case

AROUND = [name for name, design in DESIGNS.items() if isinstance(design, Fixed)]
QUICK = ["l4", "l9", "l18", "full_factorial", "fraction", "central_composite", "sobol", "table"]
SEEDS = Factor("seed", (3, 5, 9), role="noise")
SHARE = Factor("label_noise", (0.0, 0.2), "linear", "noise")


def _with(study: Study, *factors: Factor, **layout: Level) -> Study:
    return replace(study, factors=(*study.factors, *factors), layout={**study.layout, **layout})


def _settings(study: Study) -> list[Setting]:
    return [run.setting for run in DESIGNS[study.design].runs(study)]


def _part(setting: Setting, names: list[str]) -> Setting:
    return {name: setting[name] for name in names}


@pytest.mark.parametrize("name", AROUND)
def test_every_run_comes_under_every_noise_setting(name: str) -> None:
    """Nothing of the design changes: its runs in their order, each under all levels of the noise in turn."""
    bare = study_for(name)
    names = [factor.name for factor in bare.array_factors]
    alone, crossed = _settings(bare), _settings(_with(bare, SEEDS))
    assert [_part(setting, names) for setting in crossed[::3]] == alone
    assert [setting["seed"] for setting in crossed] == [3, 5, 9] * len(alone)
    assert all(_part(setting, names) == alone[run // 3] for run, setting in enumerate(crossed))
    assert DESIGNS[name].columns(_with(bare, SEEDS)) == DESIGNS[name].columns(bare)


@given(
    name=st.sampled_from(QUICK),
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=2),
    first=st.booleans(),
    replicates=st.integers(1, 2),
    cut=st.integers(0, 10),
)
@settings(max_examples=40, deadline=None)
def test_a_crossed_design_is_a_design(name: str, sizes: list[int], first: bool, replicates: int, cut: int) -> None:
    """Wherever the noise stands among the factors: runs numbered from 1, each once a replicate, taken up anywhere."""
    noise = tuple(Factor(f"noise{place}", tuple(range(size)), role="noise") for place, size in enumerate(sizes))
    bare = study_for(name, replicates)
    study = replace(bare, factors=(*noise, *bare.factors) if first else (*bare.factors, *noise))
    names = [factor.name for factor in study.array_factors]
    trials = list(DESIGNS[name].propose(study, (), ()))
    runs = len(_settings(bare)) * (sizes[0] * sizes[-1] if len(sizes) > 1 else sizes[0])
    assert DESIGNS[name].size(study) == len(trials) == runs * replicates
    assert [sorted(t.run for t in trials[start : start + runs]) for start in range(0, len(trials), runs)] == [
        list(range(1, runs + 1))
    ] * replicates
    assert all(list(trial.setting) == names for trial in trials)
    done = carried_out(study, limit=cut)
    assert list(DESIGNS[name].propose(study, done, ())) == trials[cut:]


def test_a_level_of_the_seed_is_the_seed() -> None:
    """And a replicate moves all of them by what they span, so that no two trainings of a run share one."""
    study = _with(study_for("l4", replicates=3), SEEDS)
    trials = list(DESIGNS["l4"].propose(study, (), ()))
    assert {(t.setting["seed"], t.replicate): t.seed for t in trials} == {
        (3, 1): 3, (5, 1): 5, (9, 1): 9, (3, 2): 10, (5, 2): 12, (9, 2): 16, (3, 3): 17, (5, 3): 19, (9, 3): 23,
    }  # fmt: skip
    assert len({(t.seed, tuple(t.setting.items())[:-1]) for t in trials}) == len(trials)
    grown = list(DESIGNS["l4"].propose(replace(study, replicates=4), (), ()))
    assert grown[: len(trials)] == trials


def test_an_outer_array_takes_fewer_noise_settings() -> None:
    """An L4 has three two-level factors in four runs, as in the textbooks: 1 1 1, 1 2 2, 2 1 2, 2 2 1."""
    noise = [Factor(name, (1, 2), role="noise") for name in "pqr"]
    found = _settings(_with(study_for("l9"), *noise, outer="l4"))
    assert [tuple(setting[name] for name in "pqr") for setting in found] == [
        (1, 1, 1),
        (1, 2, 2),
        (2, 1, 2),
        (2, 2, 1),
    ] * 9


@pytest.mark.parametrize("outer", ["full_factorial", "l8"])
def test_the_connector_of_byrne_and_taguchi(outer: str) -> None:
    """An L9 within an L8: the 72 settings in the published order, and the S/N ratios that come of them.

    Byrne and Taguchi, The Taguchi approach to parameter design (1987).
    """
    read = case("byrne_taguchi_connector_L9xL8")
    inner = tuple(Factor(name, (1, 2, 3)) for name in "ABCD")
    noise = tuple(Factor(name, (2, 1), role="noise") for name in "EFG")
    study = Study("connector", "l9", (*inner, *noise), Objective("force"), "any", layout={"outer": outer})
    trials = DESIGNS["l9"].runs(study)
    assert [tuple(trial.setting.values()) for trial in trials] == [
        (*row, *under) for row in read["design"]["rows"] for under in read["responses"]["noise_columns_E_F_G"]
    ]
    forces = [force for row in read["responses"]["pull_off_force_by_noise_row"] for force in row]
    history = History()
    for trial, force in zip(trials, forces, strict=True):
        history.completed[trial.key] = Completed(trial, (Reading(1, {"force": force}),), 1.0)
    finding = signal_to_noise(tabulate(study, history))
    assert finding is not None
    expected = read["expected"]["recomputed"]["response_table_sn"]
    assert {row["factor"] for row in finding.table} == set(expected)
    for name, wanted in expected.items():
        rows = [row for row in finding.table if row["factor"] == name]
        assert [row["mean"] for row in rows] == pytest.approx(wanted["level_means"], abs=1e-12)
        assert rows[0]["delta"] == pytest.approx(wanted["delta"], abs=1e-12)
    assert "steadier over E, F, G" in finding.note


def test_an_interaction_with_the_noise_is_clear_by_crossing() -> None:
    """An array that must keep one clear is no larger for it; one that there is no factor for is refused."""
    bare = study_for("auto")
    crossed = _settings(_with(bare, SEEDS))
    assert _settings(_with(bare, SEEDS, interactions="seed : dropout")) == crossed
    assert len(_settings(_with(bare, SEEDS, interactions="optimizer:dropout"))) > len(crossed)
    with pytest.raises(DesignError, match="interaction 'seed:drop': no factor"):
        _settings(_with(bare, SEEDS, interactions="seed:drop"))


def test_epochs_are_read_within_each_noise_setting() -> None:
    """A factor read off along the training is set by neither array."""
    within = Factor("epochs", (1, 2), role="within")
    assert _settings(_with(study_for("l9"), within, SEEDS)) == _settings(_with(study_for("l9"), SEEDS))


@pytest.mark.parametrize(
    ("design", "factors", "layout", "said"),
    [
        ("l9", (), {"outer": "l4"}, "l9: layout outer = l4, but no factor of role noise is to be crossed"),
        ("l9", (SEEDS,), {"outer": "l4"}, "layout outer = l4: l4 wants 2 levels of 'seed', not 3 (3, 5, 9); l9"),
        ("l9", (SEEDS,), {"outer": "l44"}, "l9: layout outer has no 'l44'; did you mean 'l4'?"),
        ("l9", (SEEDS,), {"outer": 4}, "l9: layout outer = 4: wanted one of"),
        ("l9", (Factor("seed", ("a", "b"), role="noise"),), {}, "factor 'seed': wanted whole numbers of 0 or more"),
        ("l9", (Factor("seed", (-1, 1), role="noise"),), {}, "factor 'seed': wanted whole numbers of 0 or more"),
        ("l9", (Factor("seed", (True, False), role="noise"),), {}, "factor 'seed': wanted whole numbers of 0 or more"),
        ("tpe", (SHARE,), {}, "tpe would choose the best level of factor 'label_noise', whose role is noise"),
        ("l9", (Factor("image", tuple(range(200_000)), role="noise"),), {}, "9 runs x 200,000 of the noise factors"),
    ],
    ids=str,
)
def test_what_cannot_be_crossed_is_said(design: str, factors: tuple[Factor, ...], layout: Setting, said: str) -> None:
    """In one line."""
    with pytest.raises(DesignError) as refused:
        DESIGNS[design].size(_with(study_for(design), *factors, **layout))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_noise_alone_is_no_design() -> None:
    """There is nothing to hold against it."""
    study = Study("any", "l9", (SEEDS,), Objective("score"), "any")
    with pytest.raises(DesignError, match=r"l9 has nothing to set but noise \(seed\)"):
        DESIGNS["l9"].runs(study)
