"""Describes a loaded model: the model card, from which the client builds everything else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from torch import nn

from midblock_server.core.blocks import BlockList, block_linears
from midblock_server.core.errors import ModelError
from midblock_server.core.model_files import ModelFiles
from midblock_server.core.norms import block_norms
from midblock_server.core.quantization import number_count
from midblock_server.core.special_tokens import find_special_tokens
from midblock_server.core.template_probe import probe_template
from midblock_server.core.tokenizer_files import TokenizerFiles
from midblock_server.core.types import LoadSettings, ModelCard, ParameterCounts
from midblock_server.core.weights_hash import hash_as_held

if TYPE_CHECKING:
    from transformers import PreTrainedModel

PROBE_TEXT = (
    "Hello, wörld! Na\u0131\u0308ve cafe\u0301 vs. café; ﬁ ﬂ ² ½ Ⅷ\n"
    "👩🏽‍🔬👨‍👩‍👧‍👦🇩🇰 ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋ — “quotes” ‘too’…\r\n"
    "  two  spaces\tand\t\ttabs \n\n\n trailing   \u00a0\u200b\u3000end\r"
    "1234567890 3.14159 1,000,000 0x1F -7e-10 12:34:56 2026-03-14\n"
    "def f(x):\n    return {'a': x[0] ** 2, \"b\": not x}  # it's we'll I'M they've\n"
    "日本語のテキスト 한국어 العربية עברית हिन्दी ไทย Ελληνικά Русский\n"
)
"""Hard to tokenise on purpose: combining marks, joined emoji, digits, mixed white space, CRLF, code, many scripts."""


def describe_model(
    settings: LoadSettings, files: ModelFiles, module: PreTrainedModel, blocks: BlockList, tokenizer: TokenizerFiles
) -> ModelCard:
    """Describes a loaded model. Raises ModelError("unsupported-model") where its config names no context length."""
    config = module.config.get_text_config()
    return ModelCard(
        name=settings.source,
        architecture=type(module).__name__,
        block_count=len(blocks),
        hidden_size=config.hidden_size,
        vocabulary_size=module.get_input_embeddings().num_embeddings,
        context_length=_context_length(config, settings.source),
        tied_embeddings=_has_tied_embeddings(module),
        parameters=count_parameters(module, blocks),
        block_linears=block_linears(blocks),
        special_tokens=find_special_tokens(module, tokenizer),
        tokenizer_json=tokenizer.tokenizer_json,
        tokenizer_config_json=tokenizer.config_json,
        chat_template=tokenizer.chat_template,
        weights_hash=hash_as_held(files.weights_hash, settings.quantization),
        probe_text=PROBE_TEXT,
        probe_token_ids=tuple(tokenizer.tokenizer.encode(PROBE_TEXT, add_special_tokens=False).ids),
        template_probe=probe_template(tokenizer),
        dtype=str(next(module.parameters()).dtype).removeprefix("torch."),
        license=_license(files.folder),
        weights_folder=str(files.folder.absolute()),
        block_norms=block_norms(blocks),
        quantization=settings.quantization,
    )


def count_parameters(module: PreTrainedModel, blocks: BlockList) -> ParameterCounts:
    """Counts the parameters of each part. One that is used twice counts once, in the first part it belongs to."""
    seen: set[int] = set()

    def count(part: nn.Module | None) -> int:
        new = [each for each in (part.parameters() if part else ()) if id(each) not in seen]
        seen.update(map(id, new))
        return sum(map(number_count, new))

    by_block = tuple(count(block) for block in blocks.modules)
    head = module.get_output_embeddings()
    # The head first where it has a matrix of its own: in some models it is an Embedding-like module too.
    head_count = 0 if _has_tied_embeddings(module) else count(head)
    embedding = sum(count(each) for each in module.modules() if isinstance(each, nn.Embedding))
    rest = count(module)
    return ParameterCounts(sum(by_block) + head_count + embedding + rest, embedding, by_block, rest, head_count)


def _has_tied_embeddings(module: PreTrainedModel) -> bool:
    head = module.get_output_embeddings()
    return head is not None and head.weight is module.get_input_embeddings().weight


def _context_length(config: object, name: str) -> int:
    length = getattr(config, "max_position_embeddings", None)
    if isinstance(length, int) and length > 0:
        return length
    raise ModelError(
        "unsupported-model",
        f"The config of {name} does not tell how long a sequence may be.",
        found=f"max_position_embeddings: {length}",
        wanted="a number above 0",
        next_step="Add max_position_embeddings to config.json, as the model's makers state it.",
    )


def _license(folder: Path) -> str:
    """The ``license`` entry of the front matter of README.md, as model hubs keep it."""
    readme = folder / "README.md"
    lines = readme.read_text(encoding="utf-8", errors="replace").splitlines() if readme.is_file() else []
    if not lines or lines[0].strip() != "---":
        return ""
    for line in lines[1:]:
        if line.strip() == "---":
            break
        if line.startswith("license:"):
            return line.removeprefix("license:").strip().strip("\"'")
    return ""
