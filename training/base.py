"""The base model: a character-level Chinese BERT cut from multilingual-e5-small.

`build_base` keeps of the source's 250,002 pieces the single characters a Chinese report is written
with and makes a Hugging Face folder of them: `config.json`, `model.safetensors`, `vocab.txt`,
`tokenizer.json`. `training.adapt` trains it further; `resolve_base` finds the result, or any other
base.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForMaskedLM, BertModel, PreTrainedTokenizerFast

from inference.encoding import LINE_BREAK, SPACE, CharVocab
from training import e5
from training.e5 import BaseModelError, E5Weights

ADAPTED = Path(__file__).parent / "base"
"""Where the adapted base is kept; `resolve_base(None)` prefers it."""
RAW = "raw"
"""The name of the base before adaptation."""

SPECIALS = {"[PAD]": "<pad>", "[UNK]": "<unk>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
"""Our special tokens, in the order of their ids, with the source's."""

HEAD_SHIFT = 3.0
"""Bias of the new prediction head: enough that GELU passes its input almost unchanged."""

LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The source's names of a layer's parts, with those of `BertModel`."""


def report_characters() -> Iterator[str]:
    """Yield, by code point, the characters a Chinese report is written with.

    They are printable ASCII and, of GB18030's two-byte range (that of GBK), the Chinese characters,
    the Greek letters, and the punctuation, symbols and number forms. Full-width ASCII is left out,
    for it shares the ids of ASCII, and so are block elements and box drawings.
    """
    yield from map(chr, range(0x21, 0x7F))
    for point in range(0xA0, 0x10000):
        category = unicodedata.category(chr(point))[0]
        sign = category in "PSN" and not 0x2500 <= point <= 0x259F and not 0xFF01 <= point <= 0xFF5D
        if (sign or 0x4E00 <= point <= 0x9FFF or 0x391 <= point <= 0x3C9) and _in_gbk(chr(point)):
            yield chr(point)


def _in_gbk(char: str) -> bool:
    try:
        return len(char.encode("gbk")) == 2
    except UnicodeEncodeError:
        return False


def choose_vocabulary(weights: E5Weights) -> dict[str, list[int]]:
    """Choose the tokens, in the order of their ids, with the source rows whose mean each starts
    from.

    A character has its own piece, the bare one if it can, else the one with the word mark `▁`. A
    symbol the source knows only spelled out (`…` as `...`, `℃` as `°C`) starts from the mean of its
    spelling. Chinese characters the source lacks are left to `[UNK]`.
    """
    pieces = weights.pieces
    vocabulary = {token: [pieces[source]] for token, source in SPECIALS.items()}
    vocabulary[SPACE] = vocabulary[LINE_BREAK] = [pieces[SPACE]]
    for char in report_characters():
        own = [pieces[piece] for piece in (char, SPACE + char) if piece in pieces][:1]
        rows = own or [pieces[c] for c in weights.spelling.get(char, "") if c in pieces]
        if rows:
            vocabulary[char] = rows
    return vocabulary


def make_model(weights: E5Weights, vocabulary: dict[str, list[int]]) -> BertForMaskedLM:
    """Build the network; the prediction head, which the source lacks, begins near identity.

    Args:
        weights: the source.
        vocabulary: as `choose_vocabulary` returns it.
    """
    hidden = weights.sizes["hidden"]
    model = BertForMaskedLM(encoder_config(weights, len(vocabulary)))
    words = [weights.rows("emb.word", rows, hidden).mean(axis=0) for rows in vocabulary.values()]
    load_encoder(model.bert, weights, np.stack(words))
    head = model.cls.predictions
    with torch.no_grad():
        head.transform.dense.weight.copy_(torch.eye(hidden))
        head.transform.dense.bias.fill_(HEAD_SHIFT)
        head.bias.zero_()
    model.tie_weights()
    return model.eval()


def encoder_config(weights: E5Weights, tokens: int) -> BertConfig:
    """Configuration of the source's encoder with a vocabulary of ``tokens``."""
    sizes = weights.sizes
    return BertConfig(
        vocab_size=tokens,
        hidden_size=sizes["hidden"],
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["heads"],
        intermediate_size=sizes["feed_forward"],
        max_position_embeddings=sizes["positions"],
        type_vocab_size=sizes["token_types"],
        layer_norm_eps=float(f"{weights.epsilon:.6g}"),
        pad_token_id=0,
    )


def load_encoder(model: BertModel, weights: E5Weights, words: np.ndarray) -> None:
    """Fill an encoder with the source's weights.

    Args:
        model: the encoder.
        weights: the source.
        words: its word embedding, float32 [tokens, hidden].
    """
    sizes = weights.sizes
    hidden, inner = sizes["hidden"], sizes["feed_forward"]
    state = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": weights.tensor(
            "emb.pos", sizes["positions"], hidden
        ),
        "embeddings.token_type_embeddings.weight": weights.tensor(
            "emb.type", sizes["token_types"], hidden
        ),
        "embeddings.LayerNorm.weight": weights.tensor("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": weights.tensor("emb.ln.b", hidden),
    }
    shapes = {"fi": (inner, hidden), "fo": (hidden, inner), "aln": (hidden,), "oln": (hidden,)}
    for layer in range(sizes["layers"]):
        for part, name in LAYER_NAMES.items():
            shape = shapes.get(part, (hidden, hidden))
            target = f"encoder.layer.{layer}.{name}"
            state[f"{target}.weight"] = weights.tensor(f"l{layer}.{part}.w", *shape)
            state[f"{target}.bias"] = weights.tensor(f"l{layer}.{part}.b", shape[0])
    model.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()})


def spread(total: int, count: int) -> list[int]:
    """``count`` of ``total`` layers (from 0), evenly spread, the last always among them (Sajjad et al. 2023)."""
    return [round((i + 1) * total / count) - 1 for i in range(count)]


def keep_layers(encoder: BertModel, count: int) -> None:
    """Keep ``count`` encoder layers: those of `spread`.

    Raises:
        BaseModelError: when there are not so many.
    """
    layers = encoder.encoder.layer
    if count > len(layers):
        raise BaseModelError(f"the base has {len(layers)} layers, {count} were asked for")
    encoder.encoder.layer = torch.nn.ModuleList(layers[i] for i in spread(len(layers), count))
    encoder.config.num_hidden_layers = count


def build_tokenizer(vocab: CharVocab) -> Tokenizer:
    """Make a tokenizer that gives each character the id `vocab` gives it, with exact offsets.

    The one difference: the names of special tokens, such as `[SEP]`, written out in a text are read
    as those tokens, as every BERT tokenizer does.
    """
    ids = {token: i for i, token in enumerate(vocab.tokens)}
    folded = defaultdict(list)
    for point, i in enumerate(vocab.encode("".join(map(chr, range(0x10000)))).tolist()):
        if i != vocab.unknown and vocab.tokens[i] not in (chr(point), LINE_BREAK):
            folded[i].append(chr(point))
    steps = [
        normalizers.Replace(Regex("[" + "".join(map(re.escape, chars)) + "]"), vocab.tokens[i])
        for i, chars in sorted(folded.items())
    ]
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.Replace("\n", LINE_BREAK)])
    one_each = Regex(re.escape(LINE_BREAK) + r"|[\s\S]")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(one_each, behavior="isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, ids[token]) for token in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def save_tokenizer(vocab: CharVocab, folder: Path, longest: int) -> None:
    """Write `vocab.txt`, `tokenizer.json` and `tokenizer_config.json`.

    Args:
        vocab: the tokens.
        folder: an existing folder.
        longest: positions the model has, special tokens included.
    """
    names = {f"{token[1:-1].lower()}_token": token for token in SPECIALS}
    fast = PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(vocab), model_max_length=longest, **names
    )
    fast.save_pretrained(folder)
    # The class name of transformers 5 would not be found by version 4; both know this one.
    config = folder / "tokenizer_config.json"
    settings = json.loads(config.read_text(encoding="utf-8"))
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    config.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    vocab.save(folder / "vocab.txt")


def build_base(folder: Path, source: Path | None = None) -> Path:
    """Build the raw base into `folder`, unless it is there already.

    The same source gives the same bytes. The folder appears whole, by renaming.

    Args:
        folder: where the model goes; its parents are made.
        source: an e5 weight file; by default the installed one.

    Returns:
        `folder`.

    Raises:
        BaseModelError: when the source is missing or damaged, or `folder` holds something else.
    """
    if (folder / "config.json").is_file() and (folder / "model.safetensors").is_file():
        return folder
    if folder.exists():
        raise BaseModelError(f"{folder} exists and holds no base model; remove it or name another")
    weights = e5.read_e5(source or e5.find_weights())
    vocabulary = choose_vocabulary(weights)
    with whole_folder(folder) as partial:
        make_model(weights, vocabulary).save_pretrained(partial)
        save_tokenizer(CharVocab(vocabulary), partial, weights.sizes["positions"])
    return folder


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder that takes the place of `folder` when all has been written, not before."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder.parent) as aside:
        partial = Path(aside) / folder.name
        partial.mkdir()
        yield partial
        if folder.exists():
            folder.rename(Path(aside) / "replaced")
        partial.rename(folder)


def resolve_base(name: str | None = None) -> Path | str:
    """Turn a `--base` argument into something `from_pretrained` takes.

    Args:
        name: a folder, a hub name such as `hfl/chinese-macbert-base`, `raw` for the source cut to
            characters (built into the user's cache), or None for the project's own: the adapted
            base if it is there, else the raw one.

    Raises:
        BaseModelError: when `name` is a folder that holds no model, or the path of no folder.
    """
    if name is None and (ADAPTED / "model.safetensors").is_file():
        return ADAPTED
    if name in (None, RAW):
        return build_base(cache_folder())
    if Path(name).is_dir():
        if not (Path(name) / "config.json").is_file():
            raise BaseModelError(f"the folder {name} has no config.json, so it holds no model")
        return Path(name)
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise BaseModelError(f"there is no folder {name}; name a model's folder or a hub model")
    return name


def cache_folder() -> Path:
    """Where the raw base is cached, by the source's version and the code that builds it."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    e5.find_weights()
    version = importlib.metadata.version(e5.PACKAGE)
    code = Path(e5.__file__).read_bytes() + Path(__file__).read_bytes()
    return root / "zhaoshang" / f"base-{version}-{hashlib.sha256(code).hexdigest()[:8]}"
