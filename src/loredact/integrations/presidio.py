"""A recognizer for Presidio's analyzer, in its process: what an adapter finds, under Presidio's names.

from presidio_analyzer import AnalyzerEngine
from loredact.integrations.presidio import LoredactRecognizer

analyzer = AnalyzerEngine()
analyzer.registry.add_recognizer(LoredactRecognizer("my-adapter"))
"""

from pathlib import Path
from typing import Any

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

from loredact.adapters import DEFAULT_ADAPTER
from loredact.labels import read_map
from loredact.masking import Masker


class LoredactRecognizer(EntityRecognizer):  # type: ignore[misc]  # Presidio has no types
    """Finds what the adapter finds, with its probability as the score.

    Where Presidio has a name a country and no general one, a span carries the label of the adapter (`NATIONAL_ID`).
    `options` are those of `Masker.load`, such as `recall` or `also`.
    """

    def __init__(
        self, adapter: str | Path = DEFAULT_ADAPTER, *, supported_language: str = "en", **options: Any
    ) -> None:
        self._masker = Masker.load(adapter, **options)
        self._adapter = str(adapter)
        to_presidio = read_map("presidio")
        labels = [label for label in self._masker.labels if label not in self._masker.off]
        self._names = {label: to_presidio.to_theirs(label) or label for label in labels}
        super().__init__(
            supported_entities=sorted(set(self._names.values())),
            supported_language=supported_language,
            name="LoredactRecognizer",
        )

    def load(self) -> None:
        """The adapter is there already."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: object = None) -> list[RecognizerResult]:
        """The spans of `text` that are one of `entities`."""
        results = []
        for span in self._masker.find(text):
            name = self._names.get(span.label, span.label)
            if name in entities:
                why = AnalysisExplanation(
                    recognizer=self.name,
                    original_score=span.score,
                    textual_explanation=f"Identified as {name} by the adapter {self._adapter}",
                )
                results.append(RecognizerResult(name, span.start, span.end, span.score, why))
        return results
