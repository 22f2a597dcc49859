"""Names become things: studies, trainers and datasets, each checked against what it may be told."""

from doe.loading._analysis import asked_of
from doe.loading._cells import guarded, unguarded
from doe.loading._contents import with_contents
from doe.loading._late import late_imports
from doe.loading._names import names_on, nearest
from doe.loading._roles import says_seed
from doe.loading._shape import UNPRINTABLE
from doe.loading._toml import NAME, parse_level, study_names
from doe.loading.datasets import DatasetError, Source, describe_dataset, find_dataset, load_dataset
from doe.loading.studies import Prepared, Wishes, load_study, reopened
from doe.loading.tables import NO_FACTORS, TableError, read_results
from doe.loading.trainers import Trainer, TrainerError, describe_trainer, load_trainer, prepare, unknown_hyperparameter

__all__ = [
    "NAME",
    "NO_FACTORS",
    "UNPRINTABLE",
    "DatasetError",
    "Prepared",
    "Source",
    "TableError",
    "Trainer",
    "TrainerError",
    "Wishes",
    "asked_of",
    "describe_dataset",
    "describe_trainer",
    "find_dataset",
    "guarded",
    "late_imports",
    "load_dataset",
    "load_study",
    "load_trainer",
    "names_on",
    "nearest",
    "parse_level",
    "prepare",
    "read_results",
    "reopened",
    "says_seed",
    "study_names",
    "unguarded",
    "unknown_hyperparameter",
    "with_contents",
]
