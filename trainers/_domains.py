"""What the hyperparameters that several trainers share may be."""

from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Gt, Interval

Optimizer: TypeAlias = Literal["sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "nadam", "muon"]
OptimizerDefaults: TypeAlias = Literal["torch", "keras"]
Schedule: TypeAlias = Literal["constant", "plateau", "cosine", "one_cycle"]
Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]
Metrics: TypeAlias = Literal["usual", "full"]
Base: TypeAlias = Literal["frozen", "trained"]
Tuned: TypeAlias = Literal["frozen", "partly", "trained"]
Count: TypeAlias = Annotated[int, Ge(1)]
Positive: TypeAlias = Annotated[float, Gt(0)]
Probability: TypeAlias = Annotated[float, Interval(ge=0, lt=1)]
Width: TypeAlias = Annotated[float, Interval(gt=0, le=4)]
Degrees: TypeAlias = Annotated[float, Interval(ge=0, le=180)]
