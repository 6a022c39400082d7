"""A model for ONNX Runtime."""

import logging
import warnings
from pathlib import Path

from loredact.errors import InputError
from loredact.export.folder import new_folder
from loredact.export.hugging_face import export_hf

MODEL = "model.onnx"


def export_onnx(adapter: Path, out: Path) -> None:
    """Write what `export_hf` does to the folder `out`, with the weights as `model.onnx` in place of safetensors.

    Inputs `input_ids` and `attention_mask`, int64 `(texts, tokens)`; output `logits`, float32 `(texts, tokens, tags)`.
    Both dimensions are free. The tokenizer and the tags' names (`id2label` in `config.json`) lie beside it.

    Raises:
        InputError: where `out` is there already, or the extra `onnx` is not installed.
        AdapterError: where the adapter is damaged or belongs to another base.
        BaseError: where its base cannot be had.
    """
    try:
        import onnxscript  # noqa: F401
    except ImportError:
        raise InputError("Exporting to ONNX needs packages of an extra: pip install 'loredact[onnx]'.") from None
    import torch
    from torch import Tensor, nn
    from transformers import AutoModelForTokenClassification

    class Logits(nn.Module):
        """Takes and gives tensors alone."""

        def __init__(self, model: nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            logits: Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
            return logits

    with new_folder(out) as folder:
        export_hf(adapter, folder)
        model = AutoModelForTokenClassification.from_pretrained(folder, trust_remote_code=False).eval()
        model.config.use_cache = False
        free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
        ids = torch.arange(16).view(2, 8)
        mask = torch.ones_like(ids)
        mask[1, 6:] = 0
        # It tells of packages that this model has no use for.
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                Logits(model).eval(),
                (ids, mask),
                input_names=["input_ids", "attention_mask"],
                output_names=["logits"],
                dynamic_shapes=(free, free),
                dynamo=True,
                verbose=False,
            )
        assert program is not None
        program.save(folder / MODEL, external_data=False)
        (folder / "model.safetensors").unlink()
