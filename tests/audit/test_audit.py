"""An audit sees what an adapter learnt by heart, and sees nothing where nothing was."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loredact.audit import (
    Canary,
    audit,
    document_losses,
    exposures,
    lira_scores,
    plant,
    read_canaries,
    roc,
    write_audit,
    write_canaries,
)
from loredact.audit.names import choose_names, name_gap
from loredact.audit.shadows import halves
from loredact.bases import Base
from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.lora import LoRAConfig
from loredact.tagger import Tagger
from loredact.training import Settings, train_into
from tests.conftest import random_tagger


def too_long(base: Base, epochs: float = 60) -> Settings:
    """Settings by which a tiny network learns its texts by heart."""
    return Settings(
        base=str(base.folder),
        depth=2,
        window=64,
        overlap=4,
        row_tokens=256,
        epochs=epochs,
        learning_rate=0.01,
        lora=LoRAConfig(rank=16, alpha=32),
    )


def by_heart(count: int, seed: int) -> list[Document]:
    """Texts of which nothing but their values tells the labels."""
    _, canaries = plant([Document("a b", (Span(0, 1, "A"), Span(2, 3, "B")))], each=count, times=(1,), seed=seed)
    return [Document(canary.value, (Span(0, len(canary.value), canary.label),)) for canary in canaries]


def test_the_figures_of_a_roc_are_those_counted_by_hand() -> None:
    told = roc([3.0, 2.0, 1.0], [2.5, 0.5, 0.0, 1.0])
    # 3 is above all four; 2 above three; 1 above two and level with one.
    assert told.auc == pytest.approx((4 + 3 + 2.5) / 12)
    assert told.low < told.auc < told.high
    assert told.found[0.01].value == pytest.approx(1 / 3)
    assert told.points[0] == (0.0, 0.0)
    assert told.points[-1] == (1.0, 1.0)
    assert roc([0.0] * 50, [0.0] * 50).auc == 0.5


def test_one_in_a_hundred_of_the_others_may_be_taken_for_a_member() -> None:
    others = [float(value) for value in range(100)]
    assert roc([98.5, 99.5], others).found[0.01].value == 1.0
    assert roc([98.5, 99.5], others).found[0.001].value == 0.5


def test_lira_finds_members_by_what_shadows_say_of_each_and_no_one_else() -> None:
    random = np.random.default_rng(0)
    hard = random.normal(0, 5, 400)  # some documents are easy for every model
    inside = halves(400, 8, 0)
    shadows = hard + np.where(inside, 1.0, 0.0) + random.normal(0, 0.5, inside.shape)
    members = np.arange(400) < 200
    learnt = hard + np.where(members, 1.0, 0.0) + random.normal(0, 0.5, 400)
    scores = lira_scores(learnt, shadows, inside)
    assert roc(scores[:200].tolist(), scores[200:].tolist()).low > 0.85
    assert roc(learnt[:200].tolist(), learnt[200:].tolist()).auc < 0.65
    scores = lira_scores(hard + random.normal(0, 0.5, 400), shadows, inside)
    assert not roc(scores[:200].tolist(), scores[200:].tolist()).shows


def test_each_document_is_inside_half_of_the_shadows() -> None:
    assert (halves(31, 6, 3).sum(axis=0) == 3).all()


def test_canaries_planted_sixteen_times_are_detected_in_a_model_trained_too_long(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    documents, canaries = plant(people[:8], each=2, times=(1, 16))
    train_into(tmp_path / "planted", documents, too_long(tiny_base, 20), held_out=[])
    train_into(tmp_path / "clean", people[:8], too_long(tiny_base, 20), held_out=[])
    seen = {found.times: found for found in exposures(Tagger.load(tmp_path / "planted"), canaries, 256)}
    assert seen[16].shows
    assert min(seen[16].bits) > 5
    unseen = exposures(Tagger.load(tmp_path / "clean"), canaries, 256)
    assert not any(found.shows for found in unseen)


def test_canaries_are_written_and_read_and_another_file_is_refused(tmp_path: Path, people: list[Document]) -> None:
    documents, canaries = plant(people, each=1)
    assert len(documents) == len(people) + 1 + 4 + 16
    assert sum(canary.document in documents for canary in canaries) == 3
    write_canaries(tmp_path / "canaries.json", canaries)
    assert read_canaries(tmp_path / "canaries.json") == canaries
    (tmp_path / "other.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match="holds no canaries"):
        read_canaries(tmp_path / "other.json")


def test_an_audit_tells_members_of_a_model_trained_too_long_and_keeps_its_shadows(
    tmp_path: Path, tiny_base: Base
) -> None:
    members, others = by_heart(24, 1), by_heart(24, 2)
    train_into(tmp_path / "adapter", members, too_long(tiny_base), held_out=[])
    found = audit(tmp_path / "adapter", members, others, tmp_path / "audit", shadows=2)
    assert found.membership["loss"].shows
    assert found.membership["lira"].shows
    assert found.verdict[0].startswith("Membership shows")
    write_audit(tmp_path / "audit", found)
    told = (tmp_path / "audit" / "audit.json").read_text()
    assert json.loads(told)["membership"]["lira"]["auc"] == found.membership["lira"].auc
    assert (tmp_path / "audit" / "audit.png").stat().st_size > 10_000
    words = {word for d in (*members, *others) for s in d.spans for word in d.text[s.start : s.end].split()}
    assert not any(word in told for word in words)
    said: list[str] = []
    again = audit(tmp_path / "adapter", members, others, tmp_path / "audit", shadows=2, say=said.append)
    assert again.membership == found.membership
    assert again.seconds < found.seconds / 2


def test_an_audit_of_what_learnt_nothing_of_either_group_sees_nothing(tmp_path: Path, tiny_base: Base) -> None:
    random_tagger(tiny_base, ("A", "B")).save(tmp_path)
    found = audit(tmp_path, by_heart(60, 3), by_heart(60, 4), tmp_path / "audit")
    assert not found.membership["loss"].shows
    assert found.verdict[0].startswith("Membership does not show")
    with pytest.raises(InputError, match=r"no report\.json"):
        audit(tmp_path, by_heart(60, 3), by_heart(60, 4), tmp_path / "audit", shadows=2)


def test_what_training_held_out_counts_as_not_learnt(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    train_into(tmp_path / "adapter", people, too_long(tiny_base, 1))
    found = audit(tmp_path / "adapter", people, by_heart(12, 3), tmp_path / "audit")
    assert (found.members, found.others) == (57, 15)


def test_names_compared_stand_in_one_document_of_one_group_alone(tiny_base: Base) -> None:
    def called(name: str) -> Document:
        return Document(f"Please call {name} today.", (Span(12, 12 + len(name), "PERSON"),))

    members = [called(name) for name in ("Ada", "Ben", "Cid", "Dov", "Eva", "Fay", "Fay", "Gus")]
    others = [called(name) for name in ("gus", "Hal", "Ida", "Jan", "Kit", "Lou")]
    test = choose_names(members, others)
    assert test is not None
    assert set(test.learnt) == {"Ada", "Ben", "Cid", "Dov", "Eva"}
    assert set(test.others) == {"Hal", "Ida", "Jan", "Kit", "Lou"}
    gap = name_gap(random_tagger(tiny_base), test)
    assert gap.score_gap[0] == pytest.approx(gap.score_learnt - gap.score_others)
    assert not any(name in json.dumps(gap.as_json()) for name in test.learnt)
    assert choose_names(members[:3], others) is None


def test_a_documents_loss_is_that_of_training(tiny_base: Base, people: list[Document]) -> None:
    tagger = random_tagger(tiny_base)
    whole, open_ = document_losses(tagger, [people[0], replace(people[0], annotated=frozenset(), spans=())])
    (scored,) = tagger.score([people[0].text])
    log_p = scored.scores - np.logaddexp.reduce(scored.scores, axis=1, keepdims=True)
    tags = tagger.tags.write(scored.tokens, people[0].spans)
    assert whole == pytest.approx(-log_p[np.arange(len(tags)), tags].mean(), rel=1e-5)
    assert open_ == pytest.approx(0.0, abs=1e-6)  # nothing is annotated, so any tag will do


def test_canaries_of_another_corpus_are_refused(tiny_base: Base) -> None:
    with pytest.raises(InputError, match="label of a canary"):
        exposures(random_tagger(tiny_base), [Canary("Bado Kuli", "OTHER", 1)])
