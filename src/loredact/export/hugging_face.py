"""A plain token classification model of Transformers."""

import json
from pathlib import Path

from loredact import lora
from loredact.export.folder import new_folder
from loredact.files import write_text
from loredact.tagger import Tagger

_CONFIG = "config.json"


def export_hf(adapter: Path, out: Path) -> None:
    """Write the adapter, merged into as many layers of its base as it uses, to the folder `out`.

    `AutoModelForTokenClassification.from_pretrained(out)` and `pipeline("token-classification", model=out)` run it, in
    float32, without loredact; its labels are the tags, `O` and `B-`, `I-`, `E-`, `S-` with a label. The model was
    trained on windows (`window` in the adapter's `loredact.json`), which Transformers knows nothing of: a longer text
    is to be cut first. Attention both ways is Transformers' `eager` one with `is_causal` false; the others look back
    only.

    Raises:
        InputError: where `out` is there already.
        AdapterError: where the adapter is damaged or belongs to another base.
        BaseError: where its base cannot be had.
    """
    import transformers
    from transformers import AutoConfig, AutoModelForTokenClassification, PreTrainedTokenizerFast

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with new_folder(out) as folder:
        tagger = Tagger.load(adapter, "float32")
        lora.merge_and_unload(tagger.network)
        about = tagger.description.architecture
        names = dict(enumerate(tagger.tags.names))
        ids = {name: tag for tag, name in names.items()}
        config = AutoConfig.from_pretrained(
            tagger.base.folder,
            num_hidden_layers=about.num_layers,
            id2label=names,
            label2id=ids,
            trust_remote_code=False,
        )
        model = AutoModelForTokenClassification.from_config(
            config, attn_implementation="eager", trust_remote_code=False
        )
        model.float().load_state_dict(tagger.network.state_dict())
        padding = tagger.tokenizer.id_to_token(config.pad_token_id or 0)
        # Windows are shown to the model without special tokens around them.
        tagger.tokenizer.post_processor = None
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=tagger.tokenizer, pad_token=padding)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        written = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        # Not among what Transformers writes by itself, but read by it.
        written |= {"attn_implementation": "eager", "is_causal": about.attention == "causal"}
        write_text(folder / _CONFIG, json.dumps(written, indent=2) + "\n")
