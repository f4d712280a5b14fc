"""Makes a tiny random model for jest: make_tiny_model.py OUT_FOLDER [--family llama] [--seed 0] [--blocks 6]."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "server-bridge" / "tests"))

from tiny_models import main

main()
