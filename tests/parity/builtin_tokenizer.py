"""Prints the path of the built-in model's tokenizer.json; the model is fetched and converted once."""

import tempfile
from pathlib import Path

from midblock_server.core.sources import find_model_files

folder = Path(tempfile.gettempdir()) / "midblock-parity"
print(find_model_files("smollm2-135m-instruct", folder, lambda _what, _share: None).folder / "tokenizer.json")
