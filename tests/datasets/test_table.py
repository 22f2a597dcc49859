"""A table of features: columns by their part, classical models on it, and bad columns in one line."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.datasets import forms
from trainers import classical, cnn, resnet18
from trainers.datasets import table
from trainers.datasets._options import Drawing


def _write(path: Path, *rows: str) -> str:
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def test_columns_have_their_part(tmp_path: Path) -> None:
    """Numbers are features, the last column the label, the person a subject who stands in one split."""
    dataset = table.load(forms.table(tmp_path), subject="person")
    assert dataset.classes == ("iris", "lily", "rose")
    assert dataset.shape == (2, 1, 1)
    assert dataset.train.images.dtype == np.float32
    who = [set(split.attributes["subject"].tolist()) for split in dataset.splits.values()]
    assert sum(map(len, who)) == len(set.union(*who)) == 12
    assert dataset.description.startswith("rows of flowers.csv (3 classes, ")
    assert "rows of 2 features" in dataset.description


def test_a_row_keeps_its_numbers_and_its_label(tmp_path: Path) -> None:
    """Each as written, in a split of its column; classes that are numbers are in their order."""
    rows = [f"{n},{n / 7:.6f},{('train', 'Validation', 'test')[n % 3]},{(2, 10)[n // 3 % 2]}" for n in range(24)]
    path = _write(tmp_path / "x.csv", "a,b,part,target", *rows)
    dataset = table.load(path, usage="part")
    assert dataset.classes == ("2", "10")
    assert dataset.val.images[:, :, 0, 0].tolist() == [
        pytest.approx([n, n / 7], abs=1e-6) for n in range(24) if n % 3 == 1
    ]
    assert dataset.val.labels.tolist() == [0, 1] * 4


def test_a_label_may_stand_anywhere(tmp_path: Path) -> None:
    """By its name, or named; what is dropped is no feature."""
    rows = [f"{n % 2},{n},x{n},{n % 3}" for n in range(30)]
    path = _write(tmp_path / "x.csv", "class,size,name,kind", *rows)
    assert table.load(path, drop="name").shape == (2, 1, 1)
    dataset = table.load(path, drop="name+class", label="kind")
    assert dataset.classes == ("0", "1", "2")
    assert dataset.shape == (1, 1, 1)


def test_classical_models_take_features_as_they_are(tmp_path: Path) -> None:
    """The accuracy and the loss are those of the model fitted by hand, and not to a 255th of the features."""
    dataset = table.load(forms.table(tmp_path), drop="person", drawing=Drawing(val_fraction=0.4))
    rows = [split.images.reshape(len(split), -1) for split in (dataset.train, dataset.val)]
    by_hand = LogisticRegression(max_iter=10_000).fit(rows[0].astype(float), dataset.train.labels)
    chances = by_hand.predict_proba(rows[1].astype(float))[np.arange(len(rows[1])), dataset.val.labels]
    (reading,) = classical.train(dataset)
    assert reading["val_accuracy"] == by_hand.score(rows[1], dataset.val.labels) > 0.9
    assert reading["val_loss"] == pytest.approx(-np.log(chances).mean())
    (scaled,) = classical.train(dataset, shades="standard", machine=classical.Machine(model="svm"))
    assert scaled["val_accuracy"] > 0.9


def test_networks_want_images(tmp_path: Path) -> None:
    """They say so in their usual line."""
    dataset = table.load(forms.table(tmp_path), drop="person")
    with pytest.raises(ValueError, match="images of at least 8x8 are wanted, and table has 1x1"):
        resnet18.prepare(dataset, weights="none", base="trained")
    with pytest.raises(ValueError, match="images of at least 32x32 are wanted, and table has 1x1"):
        cnn.prepare(dataset)


@pytest.mark.parametrize(
    ("rows", "told", "line"),
    [
        (["a,b", "1,x", "w,y"], {}, r"column 'a' holds 'w' in line 3; numbers are wanted, and drop=a leaves"),
        (["a,b", "1,x", ",y"], {}, r"column 'a' holds 'nan' in line 3; numbers are wanted"),
        (["a,b", "1,x", "inf,y"], {}, r"column 'a' holds 'inf' in line 3; numbers are wanted"),
        (["a,label", "1,x", "2,"], {}, r"column 'label' is empty in line 3"),
        (["a,b", "1,x"], {"label": "c"}, r"has no column 'c'; there is a, b"),
        (["b", "x", "y"], {}, r"has no feature besides b"),
        (["a,b"], {}, r"has no row"),
        (["a,p,b", "1,train,x", "2,later,y"], {"usage": "p"}, r"column 'p' says 'later'; wanted train, val, test"),
        (["a,b", "1,x", "2,x"], {}, r"table wants at least two classes, and there is only 'x'"),
        (["a,b", "1,x,3,4", "2"], {}, r"x\.csv"),
    ],
    ids=["text", "gap", "infinite", "no label", "column", "features", "rows", "split", "one class", "ragged"],
)
def test_a_bad_table_is_one_line(rows: list[str], told: dict[str, str], line: str, tmp_path: Path) -> None:
    """The column, the line and what was wanted."""
    with pytest.raises(ValueError, match=line) as caught:
        table.load(_write(tmp_path / "x.csv", *rows), **told)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_no_file_is_one_line(tmp_path: Path) -> None:
    """A folder, or nothing."""
    with pytest.raises(ValueError, match="is a folder; a CSV file is wanted"):
        table.load(str(tmp_path))
    with pytest.raises(ValueError, match="is missing; a CSV file is wanted"):
        table.load(str(tmp_path / "x.csv"))
