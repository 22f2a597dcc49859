"""Latin hypercubes: as many levels as runs, so that every factor is spread evenly whatever the others do.

McKay, Beckman and Conover, A comparison of three methods for selecting values of input variables, Technometrics 21
(1979); of strength 2, Tang, Orthogonal array-based Latin hypercubes, JASA 88 (1993); sampled by scipy.stats.qmc.
"""

from __future__ import annotations

from typing import Any

from doe.designs import _layout as told
from doe.designs._coding import spread
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.model import Study

A_FACTOR = 10
"""How many runs a factor gets where nothing is said (Loeppky, Sacks and Welch, Technometrics 51, 2009)."""

TRIES = 50
"""How many hypercubes the one is chosen from whose closest runs are farthest apart."""


def _lay(study: Study) -> Table:
    if not study.array_factors:
        raise DesignError(f"{study.design} has nothing to set: every factor is read off along the training")
    strength = told.whole(study, "strength") or 1
    criterion = told.text(study, "criterion", ["maximin", "random-cd"])
    runs = told.whole(study, "runs", least=2) or _usual(study, strength)
    if strength > 2:  # noqa: PLR2004 - scipy has no more
        raise DesignError(f"{study.design}: layout strength = {strength}: wanted 1 or 2")
    if strength == 2:  # noqa: PLR2004
        _check_square(study, runs)
    points = _sampled(study, runs, strength, criterion or "maximin")
    rows = (
        tuple(spread(factor, share) for factor, share in zip(study.array_factors, point, strict=True))
        for point in points
    )
    return Table(tuple(rows))


def _sampled(study: Study, runs: int, strength: int, criterion: str) -> Any:
    """The points, in a cube of side 1: the best by maximin distance of ``TRIES``, or of low centred discrepancy."""
    import numpy as np
    from scipy.spatial import KDTree
    from scipy.stats import qmc

    random = np.random.default_rng(study.seed)
    kind = {"d": len(study.array_factors), "strength": strength}
    if criterion == "random-cd":
        return qmc.LatinHypercube(**kind, optimization="random-cd", seed=random).random(runs).tolist()
    sampler = qmc.LatinHypercube(**kind, seed=random)
    tried = (sampler.random(runs) for _ in range(TRIES))
    # a tree, as the distances between ten thousand runs would fill the memory
    return max(tried, key=lambda points: KDTree(points).query(points, k=2)[0][:, 1].min()).tolist()


def _usual(study: Study, strength: int) -> int:
    wanted = A_FACTOR * len(study.array_factors)
    if strength == 1:
        return wanted
    return next(prime**2 for prime in _primes() if prime**2 >= wanted and prime + 1 >= len(study.array_factors))


def _check_square(study: Study, runs: int) -> None:
    """Bose's arrays of strength 2 have the square of a prime as runs, and room for one factor more than the prime."""
    least = len(study.array_factors) - 1
    if runs not in {prime**2 for prime in _primes() if prime >= least}:
        offered = ", ".join(str(prime**2) for prime in [prime for prime in _primes() if prime >= least][:4])
        raise DesignError(
            f"{study.design} of strength 2 and {least + 1} factors wants {offered}, ... runs, the square of a prime, "
            f"not {runs}"
        )


def _primes() -> list[int]:
    """The primes below 100."""
    return [number for number in range(2, 100) if all(number % divisor for divisor in range(2, number))]


latin_hypercube = Fixed(
    "Latin hypercube over the range of each factor: 10 runs a factor unless told; McKay and others 1979",
    _lay,
    {
        "runs": f"how many runs; {A_FACTOR} a factor unless told",
        "criterion": "maximin: runs far apart; random-cd: low centred discrepancy; maximin unless told",
        "strength": "1, or 2: any two factors are spread evenly together; runs are the square of a prime",
    },
)
"""The design ``latin_hypercube``."""
