"""For other programs: an adapter merged into its base, as a model that they run, and pairs that they train on."""

from loredact.export.gguf import export_gguf
from loredact.export.hugging_face import export_hf
from loredact.export.llamafactory import export_llamafactory
from loredact.export.onnx import export_onnx

__all__ = ["export_gguf", "export_hf", "export_llamafactory", "export_onnx"]
