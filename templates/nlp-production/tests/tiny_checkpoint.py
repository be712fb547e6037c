"""A transformer with random weights, in the files of a checkpoint: nothing of it was learned."""

from pathlib import Path

import pytest
from small_project import SYLLABLES

KIND = "AutoModelForSequenceClassification"  # the class of transformers that reads it


def write_checkpoint(folder: Path) -> Path:
    """Write the files and return the folder; skip the test where transformers is missing."""
    transformers = pytest.importorskip("transformers", reason="make setup-pretrained")
    torch = pytest.importorskip("torch", reason="make setup-pretrained")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    syllables = " ".join(SYLLABLES.values()).split()
    parts = [*special, *syllables, *(f"##{syllable}" for syllable in syllables)]
    pieces = models.WordPiece({part: i for i, part in enumerate(parts)}, unk_token="[UNK]")
    tokenizer = Tokenizer(pieces)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]"}
    whole = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
    whole.save_pretrained(folder)
    torch.manual_seed(0)
    settings = transformers.DistilBertConfig(
        vocab_size=len(parts), dim=32, hidden_dim=64, n_layers=2, n_heads=2, dropout=0.0
    )
    transformers.DistilBertModel(settings).save_pretrained(folder)
    return folder
