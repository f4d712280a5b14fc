"""Loads a model: source -> files -> device and element type -> module -> card. The entry to everything else in core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer

from midblock_server.core.blocks import BlockList, blocks_of
from midblock_server.core.card import describe_model
from midblock_server.core.devices import choose_device, choose_threads, describe_device
from midblock_server.core.errors import ModelError
from midblock_server.core.model_files import ModelFiles
from midblock_server.core.precision import choose_precision
from midblock_server.core.quantization import check_quantization, keep_layout, quantization_arguments
from midblock_server.core.ranks import ALONE, Ranks
from midblock_server.core.sharding import shard_blocks
from midblock_server.core.sources import Report, find_model_files
from midblock_server.core.tokenizer_files import read_tokenizer
from midblock_server.core.types import DeviceFacts, LoadSettings, ModelCard

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A causal language model and all about it. It is in eval mode, and no parameter of it requires a gradient."""

    settings: LoadSettings
    module: PreTrainedModel
    card: ModelCard
    blocks: BlockList
    tokenizer: Tokenizer
    device: DeviceFacts
    torch_device: torch.device
    dtype: torch.dtype
    ranks: Ranks = ALONE


def load_model(settings: LoadSettings, report: Report = lambda stage, share: None, ranks: Ranks = ALONE) -> LoadedModel:
    """Loads the model that ``settings.source`` names, fetching and converting it first where needed.

    Several ranks load it together: each reads it whole, and then keeps its share of the blocks.
    Raises ModelError: "unknown-model", "unsafe-model" (pickled weights, remote code), "unsupported-model",
    "model-load-failed", or "environment-incomplete" where the package for a quantised base is missing.
    """
    threads = choose_threads(settings.threads)
    device = ranks.together(lambda: choose_device(ranks.device_name(settings.device)))
    ranks.together(lambda: check_quantization(settings.quantization, device, ranks))
    files = ranks.together(lambda: find_model_files(settings.source, settings.cache_folder, report))
    measured = ranks.together(
        lambda: choose_precision(settings.dtype, device, files.config, settings.cache_folder, threads)
    )
    precision = ranks.from_first(measured)
    report("reading weights", None)
    module = ranks.together(lambda: _read_module(files, precision.dtype, settings.quantization, device))
    blocks = blocks_of(module)
    tokenizer = read_tokenizer(files.folder)
    description, memory_bytes = describe_device(device)
    dtype_name = str(precision.dtype).removeprefix("torch.")
    card = describe_model(settings, files, module, blocks, tokenizer)
    _place(module, blocks, ranks, device)
    return LoadedModel(
        settings=settings,
        module=module,
        card=card,
        blocks=blocks,
        tokenizer=tokenizer.tokenizer,
        device=DeviceFacts(str(device), description, memory_bytes, dtype_name, precision.reason, threads),
        torch_device=device,
        dtype=precision.dtype,
        ranks=ranks,
    )


def _read_module(files: ModelFiles, dtype: torch.dtype, quantization: str, device: torch.device) -> PreTrainedModel:
    # Here and not at the top: which model class is imported depends on the config, and each import costs start time.
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        module, loading = AutoModelForCausalLM.from_pretrained(
            files.folder,
            dtype=dtype,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
            **quantization_arguments(quantization, dtype, device),
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        if "out of memory" in str(error):  # transformers hides the class of what happened while it converts weights
            raise _does_not_fit(device, str(error), f"room for the weights in {quantization}") from error
        raise _load_failed(files, str(error)) from error
    missing = sorted(loading["missing_keys"])
    if missing:
        raise _load_failed(files, f"{len(missing)} tensors are missing: {', '.join(missing[:5])}")
    keep_layout(module)
    module.requires_grad_(False)
    module.eval()
    return module


def _place(module: PreTrainedModel, blocks: BlockList, ranks: Ranks, device: torch.device) -> None:
    try:
        if ranks.count == 1:
            module.to(device)
        else:
            shard_blocks(module, blocks, ranks, device)
    except torch.OutOfMemoryError as error:
        raise _does_not_fit(device, str(error), f"{module.get_memory_footprint()} bytes free") from error


def _does_not_fit(device: torch.device, found: str, wanted: str) -> ModelError:
    return ModelError(
        "model-load-failed",
        f"The model does not fit the memory of {device}.",
        found=found,
        wanted=wanted,
        next_step='Free the device, choose a smaller model, dtype "bfloat16" or quantization "nf4", or load it on '
        'device "cpu".',
    )


def _load_failed(files: ModelFiles, found: str) -> ModelError:
    return ModelError(
        "model-load-failed",
        f"The model in {files.folder} does not load.",
        found=found,
        wanted="a complete causal language model in safetensors that the installed transformers knows",
        next_step="Check the files against their origin, or try a newer transformers within midblock's range.",
    )
