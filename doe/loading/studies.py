"""From what was typed to a study that its trainer and its dataset can carry out, each level of it checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from doe.loading._analysis import asked_of
from doe.loading._contents import with_contents
from doe.loading._roles import is_only_recorded
from doe.loading._signature import Hyperparameter
from doe.loading._sliding import check_sliding, parse_sliding, told_by
from doe.loading._toml import NAME, factor_of, layout_of, objective_of, parse_assignment, read_page
from doe.loading.datasets import Source, find_dataset
from doe.loading.trainers import Trainer, load_trainer, unknown_hyperparameter
from doe.model import Factor, Level, Objective, Setting, Study, StudyError, Trial
from doe.protocols import Task

DEFAULT_DATASET = "faces"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was typed beside the study's name; None and nothing where the study itself decides."""

    trainer: str | None = None
    data: str | None = None
    design: str | None = None
    """Another design than the study's: a name, or a table of runs in a ``.csv`` file."""
    factors: Sequence[str] = ()
    """Each as in ``learning_rate=1e-4,1e-3``; a scale or role goes before the sign: ``learning_rate:log=...``."""
    settings: Sequence[str] = ()
    """Each as in ``dropout=0.5``: a constant, or with commas the levels of a factor."""
    layout: Sequence[str] = ()
    """What the design is told, each as in ``resolution=4``."""
    objective: Objective | None = None
    replicates: int | None = None
    seed: int | None = None
    budget: int | None = None
    trial_timeout: float | None = None
    missed_epochs: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A study, with the trainer and the dataset that it names."""

    study: Study
    trainer: Trainer
    source: Source | None
    """None where the trainer needs no dataset."""
    demo: Setting = field(default_factory=dict, hash=False)
    """The constants that hold only because no data was given; empty where it is no demo."""

    def told(self, setting: Setting) -> dict[str, Level]:
        """Constants and levels as the trainer and the dataset get them: sliding levels times their base.

        Raises:
            StudyError: A sliding level has no base, or the product lies outside the trainer's domain.
        """
        return told_by(self.study, setting, _known(self.trainer, self.source))

    def task(self, trial: Trial) -> Task:
        """What a worker must be told to carry out a trial."""
        told = self.told(trial.setting)
        within = self.study.within
        read_at = tuple(int(level) for level in within.levels) if within else ()
        epochs = max(read_at) if read_at else told.get("epochs", self.trainer.hyperparameters["epochs"].default)
        ours = {n: v for n, v in told.items() if n in self.trainer.hyperparameters and n != "epochs"}
        options = {n: v for n, v in told.items() if self.source and n in self.source.options}
        return Task(
            self.trainer.reference,
            self.source.reference if self.source else None,
            options,
            ours,
            int(epochs),
            trial.seed,
            self.study.objective.response,
            read_at,
            self.study.trial_timeout,
            self.study.missed_epochs,
        )


def load_study(name: str, designs: Collection[str], wishes: Wishes | None = None) -> Prepared:
    """Read a study, apply what was wished, and check every factor, level and constant against the signatures.

    Raises:
        DoeError: Whatever of it the user can mend, in one line.
    """
    wishes = wishes or Wishes()
    title, page = read_page(name, designs)
    page = with_design(title, page, wishes.design)
    if (wanted := wishes.trainer or page.get("trainer")) is None:
        raise StudyError(f"{title} names no trainer; --trainer NAME does (doe list trainers)")
    trainer = load_trainer(wanted)
    demo = page.get("demo", {}) if wishes.data is None else {}
    source = _source(wishes.data or page.get("dataset"), demo.get("dataset", DEFAULT_DATASET), trainer)
    known = _known(trainer, source)
    # what makes a demo small is meant for the study's own trainer; another takes what it knows of it
    small = {n: v for n, v in demo.get("constants", {}).items() if n in known}
    factors, constants = apply_wishes(page, small, wishes)
    study = Study(
        name=_study_name(title, trainer, source if wishes.data else None, wishes.name),
        design=page["design"],
        factors=tuple(_checked_factor(f, known, trainer) for f in factors.values()),
        objective=wishes.objective or objective_of(page),
        trainer=wanted,
        dataset=source.name if source else None,
        constants={n: _checked(n, v, known, trainer) for n, v in constants.items()},
        layout=with_contents(layout_of(page, wishes.layout)),
        question=page.get("question", ""),
        analysis=asked_of(page.get("analysis", {})),
        **plain_numbers(page, wishes),
    )
    _check_epochs(study, trainer)
    check_sliding(study, known)
    return Prepared(study, trainer, source, {n: v for n, v in small.items() if n in study.constants})


def reopened(study: Study) -> Prepared:
    """A study as its journal holds it, with its trainer and its dataset found again.

    Raises:
        DoeError: They are not to be found where they were.
    """
    trainer = load_trainer(study.trainer)
    return Prepared(study, trainer, find_dataset(study.dataset) if study.dataset else None)


def apply_wishes(page: Mapping[str, Any], small: Setting, wishes: Wishes) -> tuple[dict[str, Factor], dict[str, Level]]:
    """The factors and constants of the page, with what was typed over them; the last word counts."""
    factors = {name: factor_of(name, value) for name, value in page.get("factors", {}).items()}
    constants: dict[str, Level] = {**page.get("constants", {}), **small}
    typed: set[str] = set()
    for text in wishes.factors:
        said, times = parse_sliding(text)
        name, levels = parse_assignment(said, "--factor")
        name, _, manner = name.partition(":")
        if name in typed:
            raise StudyError(f"factor {name!r} is given twice")
        typed.add(name)
        key = "role" if manner in {"control", "within", "noise", "block"} else "scale"
        how = {**({key: manner} if manner else {}), **({"times": times} if times else {})}
        factors[name] = factor_of(name, {"levels": levels, **how})
        constants.pop(name, None)
    for text in wishes.settings:
        name, levels = parse_assignment(text, "--set")
        if len(levels) > 1:
            like = factors.get(name)
            kept = {"scale": like.scale, "role": like.role} if like else {}
            factors[name] = replace(factor_of(name, {"levels": levels, **kept}), times=like.times if like else None)
            constants.pop(name, None)
        else:
            factors.pop(name, None)
            constants[name] = levels[0]
    return factors, constants


def _source(wished: str | None, default: str, trainer: Trainer) -> Source | None:
    if wished is None and not trainer.wants_dataset:
        return None
    return find_dataset(wished or default)


def _known(trainer: Trainer, source: Source | None) -> dict[str, Hyperparameter]:
    """All that the trainer and the dataset may be told."""
    return {**(source.options if source else {}), **trainer.hyperparameters}


def _checked(name: str, level: Level, known: Mapping[str, Hyperparameter], trainer: Trainer) -> Level:
    if name not in known:
        raise unknown_hyperparameter(trainer, name, known)
    return known[name].accept(level)


def _checked_factor(factor: Factor, known: Mapping[str, Hyperparameter], trainer: Trainer) -> Factor:
    if is_only_recorded(factor, known):
        return factor
    if factor.times is not None and factor.name in known:
        return replace(factor, levels=tuple(float(level) for level in factor.levels))  # what comes of them is checked
    return replace(factor, levels=tuple(_checked(factor.name, level, known, trainer) for level in factor.levels))


def _check_epochs(study: Study, trainer: Trainer) -> None:
    for factor in study.factors:
        if factor.role == "within" and factor.name != "epochs":
            raise StudyError(f"factor {factor.name!r}: only epochs can be read off within a training")
    said = {factor.name for factor in study.factors} | study.constants.keys()
    for name, told in trainer.hyperparameters.items():
        if told.required and name not in said:
            raise StudyError(f"trainer {trainer.label!r} wants {name!r}; --set {name}=VALUE or --factor {name}=A,B")
    if "epochs" not in said and trainer.hyperparameters["epochs"].default is None:
        raise StudyError(f"trainer {trainer.name!r} does not say how many epochs; --set epochs=N does")


def _study_name(title: str, trainer: Trainer, source: Source | None, wished: str | None) -> str:
    name = wished or "-".join([title, trainer.label, *([source.label] if source else [])])
    if not NAME.fullmatch(name):
        raise StudyError(f"{name!r} cannot be a study's name; wanted letters, digits, '.', '_' and '-'")
    return name


def with_design(title: str, page: Mapping[str, Any], wished: str | None) -> dict[str, Any]:
    """A page with the design that was wished for, or its own.

    Raises:
        StudyError: There is neither.
    """
    if wished is not None and wished.endswith(".csv"):
        layout = {**page.get("layout", {}), "file": str(Path(wished).resolve())}
        return {**page, "design": "table", "layout": layout}
    if wished is None and "design" not in page:
        raise StudyError(f'{title} names no design; design = "l9" does (doe list designs)')
    return {**page, "design": wished or page["design"]}


def plain_numbers(page: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """The study's plain numbers, each of its right kind."""
    kinds: dict[str, tuple[type, ...]] = {
        "replicates": (int,),
        "budget": (int,),
        "seed": (int,),
        "retries": (int,),
        "trial_timeout": (int, float),
        "missed_epochs": (int,),
    }
    found = {name: page[name] for name in kinds if name in page}
    found |= {name: value for name in kinds if (value := getattr(wishes, name, None)) is not None}
    for name, value in found.items():
        if not isinstance(value, kinds[name]) or isinstance(value, bool):
            raise StudyError(f"{name} = {value!r}: wanted a {'number' if float in kinds[name] else 'whole number'}")
    if found.get("missed_epochs", 1) < 1:
        raise StudyError(f"missed_epochs = {found['missed_epochs']}: wanted 1 or more")
    return found
