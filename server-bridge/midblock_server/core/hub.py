"""Fetches a model from the hub by its id. huggingface_hub's own environment variables and cache hold."""

from __future__ import annotations

import re
from pathlib import Path

from midblock_server.core.errors import ModelError
from midblock_server.core.model_files import not_a_model, refuse_pickled

WANTED = ["*.safetensors", "*.json", "*.jinja", "*.model", "merges.txt", "vocab.txt", "README.md"]
# Sub-folders and "consolidated" files hold the same weights again, in other forms.
UNWANTED = ["*/*", "consolidated*"]


def is_hub_id(source: str) -> bool:
    """Whether it has the form owner/name."""
    return re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", source) is not None


def download_from_hub(model_id: str) -> Path:
    """Downloads safetensors, JSON and tokenizer files, nothing else, and returns their folder.

    Raises ModelError: "unknown-model" for an id the hub does not have, "unsafe-model" where only pickled weights are
    there, "model-load-failed" where the hub can't be reached or does not let this user in.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        _refuse_without_safetensors(model_id)
        return Path(snapshot_download(model_id, allow_patterns=WANTED, ignore_patterns=UNWANTED))
    except GatedRepoError as error:
        next_step = "Accept its terms on the hub, and set HF_TOKEN to a token of that account."
        raise _not_fetched(model_id, "model-load-failed", str(error), next_step) from error
    except RepositoryNotFoundError as error:
        next_step = "Check the spelling; for a private model set HF_TOKEN; for a local folder write a path that exists."
        raise _not_fetched(model_id, "unknown-model", "no such model", next_step) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        next_step = "Check the network, HF_ENDPOINT and HF_HUB_OFFLINE, or download the model and give its folder."
        raise _not_fetched(model_id, "model-load-failed", str(error), next_step) from error


def _refuse_without_safetensors(model_id: str) -> None:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

    try:
        names = HfApi().list_repo_files(model_id)
    except RepositoryNotFoundError:
        raise
    except (OfflineModeIsEnabled, HfHubHTTPError, OSError):
        return  # the hub can't be asked: an earlier download may still serve
    if not any(name.endswith(".safetensors") for name in names):
        refuse_pickled(names, model_id)
        raise not_a_model(model_id, "no safetensors files")


def _not_fetched(model_id: str, code: str, found: str, next_step: str) -> ModelError:
    return ModelError(
        code,
        f"The model {model_id} can't be fetched from the hub.",
        found=found,
        wanted="a model on the hub, or an earlier download of it",
        next_step=next_step,
        facts={"model": model_id},
    )
