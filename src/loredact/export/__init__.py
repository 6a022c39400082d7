"""An adapter merged into its base, as a model that other programs run."""

from loredact.export.hugging_face import export_hf
from loredact.export.onnx import export_onnx

__all__ = ["export_hf", "export_onnx"]
