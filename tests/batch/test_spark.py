"""Spark on this machine: two of its processes mask, and the rows are those of one of ours."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loredact.batch import Work
from loredact.batch.frames import in_spark, mask_pandas
from loredact.masking import Masker
from tests.batch.test_frames import COLUMNS

sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed (pip install pyspark)")
pd = pytest.importorskip("pandas")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {"spark.ui.enabled": "false", "spark.sql.warehouse.dir": str(tmp_path), "spark.driver.host": "127.0.0.1"}
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        made = builder.getOrCreate()
    except Exception as error:  # whatever Spark says where it finds no Java
        pytest.skip(f"Spark does not start here: {type(error).__name__}")
    yield made
    made.stop()


def test_rows_are_those_of_one_process(session: Any, work: Work, masker: Masker) -> None:
    frame = session.createDataFrame(list(zip(*COLUMNS.values(), strict=True)), list(COLUMNS)).repartition(3)
    got = frame.mapInPandas(in_spark(work), frame.schema).toPandas().sort_values("row_id")
    here = mask_pandas(pd.DataFrame(COLUMNS), masker, known={})
    assert got["row_id"].tolist() == COLUMNS["row_id"]
    assert got["note"].tolist() == here["note"].tolist()
    assert got["user_name"].fillna("").tolist() == here["user_name"].fillna("").tolist()
