"""loredact within other programs, with those programs."""

import io
import logging
import tomllib
from pathlib import Path

import pytest

from loredact.bases import Base
from loredact.integrations.logs import MaskRecords
from loredact.masking import Masker

TEXT = "Please call Ada Lovelace on 020 7946 0958."


@pytest.fixture(scope="module")
def masker(multilingual_base: Base) -> Masker:
    return Masker.load()


def test_presidios_analyzer_finds_what_the_adapter_finds(multilingual_base: Base) -> None:
    presidio = pytest.importorskip("presidio_analyzer")
    from loredact.integrations.presidio import LoredactRecognizer

    recognizer = LoredactRecognizer()
    without_model = getattr(pytest.importorskip("presidio_analyzer.nlp_engine"), "NoOpNlpEngine", None)
    if without_model is None:
        pytest.skip("this version of Presidio needs a language model of spaCy")
    nlp = without_model([{"lang_code": "en", "model_name": "none"}])
    registry = presidio.RecognizerRegistry([recognizer])
    engine = presidio.AnalyzerEngine(registry=registry, nlp_engine=nlp)
    found = {(one.entity_type, one.start, one.end) for one in engine.analyze(TEXT, "en")}
    assert found == {("PERSON", 12, 24), ("PHONE_NUMBER", 28, 41)}
    assert engine.analyze(TEXT, "en", entities=["PHONE_NUMBER"])[0].entity_type == "PHONE_NUMBER"
    assert "PERSON" in engine.get_supported_entities("en")


def test_spacy_pipeline_has_the_component(multilingual_base: Base) -> None:
    spacy = pytest.importorskip("spacy")
    import loredact.integrations.spacy  # noqa: F401 - registers the factory, as the entry point does where installed

    nlp = spacy.blank("en")
    nlp.add_pipe("loredact", config={"ents": True})
    doc = nlp(TEXT)
    assert [span.text for span in doc.spans["loredact"]] == ["Ada Lovelace", "020 7946 0958"]
    assert [ent.text for ent in doc.ents] == ["Ada Lovelace", "020 7946 0958"]
    assert [found[:3] for found in doc.user_data["loredact"]] == [(12, 24, "PERSON"), (28, 41, "PHONE_NUMBER")]
    assert [len(doc.spans["loredact"]) for doc in nlp.pipe([TEXT, "Nothing.", TEXT])] == [2, 0, 2]


def test_spacy_component_is_found_by_its_entry_point() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["spacy_factories"] == {"loredact": "loredact.integrations.spacy:make"}


def test_langchains_middleware_redacts_what_the_adapter_finds(multilingual_base: Base) -> None:
    middleware = pytest.importorskip("langchain.agents.middleware")
    from langchain_core.messages import HumanMessage

    from loredact.integrations.langchain import detector

    redact = middleware.PIIMiddleware("personal_data", detector=detector(), strategy="redact")
    changed = redact.before_model({"messages": [HumanMessage(TEXT)]}, None)
    content = changed["messages"][0].content
    assert "Lovelace" not in content
    assert "7946" not in content
    assert content.startswith("Please call [")


def _logged(masker: Masker) -> tuple[logging.Logger, io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(MaskRecords(masker))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, written


def test_log_has_no_value_of_a_message_or_an_exception(masker: Masker) -> None:
    logger, written = _logged(masker)
    name = "Ada Lovelace"
    logger.warning("call %s on %s", "Ada Lovelace", "020 7946 0958")
    try:
        raise ValueError(f"{name} lives in London")
    except ValueError:
        logger.exception("failed for %(who)s", {"who": name})
    assert "Lovelace" not in written.getvalue()
    assert "call [PERSON] on [PHONE_NUMBER]" in written.getvalue()
    assert "Traceback" in written.getvalue()


def test_log_message_that_cannot_be_masked_is_dropped(masker: Masker) -> None:
    logger, written = _logged(masker)
    logger.warning("%d is no number", "Ada Lovelace")
    logger.warning("Ada Lovelace \ud800")
    assert "Lovelace" not in written.getvalue()
    assert written.getvalue().count("could not be masked") == 2
