"""Power: how large an effect of each factor a plan would notice, and how likely it is to notice a stated one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._simulated import TIMES, simulated
from doe.evaluations._terms import differences, is_straight, main_effects, model_of
from doe.model import Cell, Finding, Study, Trial

MOST_REPLICATES = 1000
"""Replicates that are tried before a difference is called out of reach."""

BEYOND = 1e9
"""Standard deviations by which no two levels differ; the square of much more is no number."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the F tests of a plan's main effects depend on."""

    spreads: Mapping[str, float]
    """For each factor the variance of the worst-known difference of two levels, in error variances of one trial."""
    freedom: Mapping[str, int]
    """The degrees of freedom of each factor."""
    runs: int
    """How many rows the plan has."""

    def error_df(self, replicates: int) -> int:
        """Degrees of freedom left for error, one spent on each replicate's own mean."""
        return max(0, replicates * (self.runs - 1) - sum(self.freedom.values()))

    def noticed(self, name: str, replicates: int, assumed: Assumptions) -> float | None:
        """The smallest difference between two levels, in error standard deviations, that has the power wanted.

        All other levels lie halfway between the two, which is the hardest to notice.
        """
        from doe.statistics.power import noncentrality

        error = self.error_df(replicates)
        if not error:
            return None
        wanted = noncentrality(self.freedom[name], error, assumed.power, assumed.significance)
        return float((wanted * self.spreads[name] / replicates) ** 0.5)

    def power(self, name: str, replicates: int, difference: float, assumed: Assumptions) -> float:
        """How likely a difference of so many error standard deviations between two levels is noticed."""
        from doe.statistics import power

        size = min(difference, BEYOND) ** 2 * replicates / self.spreads[name]
        return power.power(self.freedom[name], self.error_df(replicates), size, assumed.significance)


def sensitivity(study: Study, trials: Sequence[Trial]) -> Sensitivity | None:
    """What tests of the main effects depend on; None where not all of them can be estimated."""
    if not trials:
        return None
    from doe.statistics.efficiency import covariance

    inverse = covariance(model_of(study, trials))
    if inverse is None:
        return None
    start, spreads, freedom = 1, {}, {}
    widths = {name: columns.shape[1] for name, columns in main_effects(study, trials).items()}
    for factor in study.array_factors:
        stop = start + widths[factor.name]
        pairs = differences(factor, straight=is_straight(factor, trials))
        if stop > start and len(pairs):
            variances = ((pairs @ inverse[start:stop, start:stop]) * pairs).sum(axis=1)
            spreads[factor.name], freedom[factor.name] = float(variances.max()), stop - start
        start = stop
    return Sensitivity(spreads, freedom, len(trials))


def power(study: Study, trials: Sequence[Trial], assumed: Assumptions) -> Finding | None:
    """The smallest difference between two levels of each factor that is noticed, and the power for a stated one."""
    tests = sensitivity(study, trials)
    if tests is None or not tests.spreads:
        return None
    sd = assumed.error_sd
    rows: list[Mapping[str, Cell]] = []
    for name, df in tests.freedom.items():
        least = tests.noticed(name, study.replicates, assumed)
        row: dict[str, Cell] = {"term": name, "df": df, "in sd": least}
        if sd is not None:
            row["smallest difference"] = None if least is None else least * sd
        if sd is not None and assumed.effect is not None:
            row["power"] = tests.power(name, study.replicates, assumed.effect / sd, assumed)
        rows.append(row)
    if study.within is not None and assumed.sd_within is not None:
        rows.append(_within(study, tests, rows[0].keys(), assumed))
    drawn = simulated(study, trials, assumed)
    rows = [{**row, "simulated": drawn.get(str(row["term"]))} if drawn else row for row in rows]
    blind = not tests.error_df(study.replicates)
    note = _note(study, tests, assumed)
    if study.within is not None and assumed.sd_within is None:
        note += f" For {study.within.name}, read off along each training, --sd-within NUMBER says it."
    if drawn:
        note += f" Simulated: the share of {TIMES:,} studies drawn at random in which the difference was noticed."
    return Finding("power", "Power", tuple(rows), note, warns=blind)


def _within(study: Study, tests: Sensitivity, columns: Iterable[str], assumed: Assumptions) -> Mapping[str, Cell]:
    """The row of the factor that is read off along each training: every level once in each, judged within trainings.

    Exact where readings of one training are equally correlated (Yates, Complex experiments, JRSS Supplement 2, 1935).
    """
    from doe.statistics import power

    within, sd = study.within, assumed.sd_within
    if within is None or sd is None:
        return dict.fromkeys(columns)
    df, trainings = len(within.levels) - 1, tests.runs * study.replicates
    crossed = df * sum(tests.freedom.values())
    error = df * (trainings - 1)
    # interactions with the other factors are told from the error only where that leaves some
    error -= crossed if crossed < error else 0
    wanted = power.noncentrality(df, error, assumed.power, assumed.significance) if error else None
    least = None if wanted is None else (2 * wanted / trainings) ** 0.5
    size = min((assumed.effect or 0.0) / sd, BEYOND) ** 2 * trainings / 2
    row: dict[str, Cell] = {
        "term": within.name,
        "df": df,
        "in sd": least,
        "smallest difference": None if least is None else least * sd,
        "power": power.power(df, error, size, assumed.significance),
    }
    return {name: row[name] for name in columns}


def weakest(tests: Sensitivity, replicates: int, assumed: Assumptions) -> float:
    """The power for the stated effect in the factor in which it is hardest to notice."""
    sd, effect = assumed.error_sd, assumed.effect
    if sd is None or effect is None:
        return 0.0
    return min(tests.power(name, replicates, effect / sd, assumed) for name in tests.spreads)


def replicates_for(tests: Sensitivity, assumed: Assumptions) -> int | None:
    """The fewest replicates that notice the stated effect in every factor; None where a thousand do not."""
    high = 1
    while weakest(tests, high, assumed) < assumed.power:
        high *= 2
        if high > MOST_REPLICATES:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if weakest(tests, middle, assumed) >= assumed.power else (middle, high)
    return high


def _note(study: Study, tests: Sensitivity, assumed: Assumptions) -> str:
    if not tests.error_df(study.replicates):
        return "Nothing can be tested: no degrees of freedom are left for error."
    # of those alike but for rounding the first
    worst = max(tests.spreads, key=lambda name: float(f"{tests.noticed(name, study.replicates, assumed) or 0:.9g}"))
    least = tests.noticed(worst, study.replicates, assumed) or 0.0
    chance = f"{100 * assumed.power:g} %"
    alike = (
        max(tests.spreads.values()) <= min(tests.spreads.values()) * (1 + 1e-9) and len({*tests.freedom.values()}) == 1
    )
    where = "two levels of any factor" if alike else f"two levels of {worst}"
    if assumed.error_sd is None:
        return (
            f"A difference of {least:.3g} standard deviations between {where} is noticed with {chance};"
            " --sd NUMBER, the standard deviation among seeds, says how much that is."
        )
    return (
        f"A difference of {least * assumed.error_sd:.3g} between {where} is noticed with {chance},"
        f" if trainings that differ in their seed only have a standard deviation of {assumed.error_sd:.3g}."
    )
