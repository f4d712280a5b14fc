"""What a preflight's outcome depends on, as a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from midblock_server import __version__
from midblock_server.engine import Model
from midblock_server.gen.midblock.v1 import preflight_pb2
from midblock_server.package_versions import package_versions

_INDIFFERENT = (
    "dataset_hashes",
    "batch_plan",
    "seed",
    "checkpoint_every_steps",
    "keep_checkpoints",
    "client_notes",
    "steps_total",
    "open",
    "phases",
    "max_loss_growth",
    "max_seconds",
)
"""Fields of a specification that change neither memory nor the time of a step; the trial leaves them out."""


def preflight_digest(request: preflight_pb2.RunPreflightRequest, model: Model) -> str:
    """Of the request, but for what does not matter, the model as it is held, the device and the software."""
    asked = preflight_pb2.RunPreflightRequest()
    asked.CopyFrom(request)
    asked.ClearField("measure_anew")
    for field in _INDIFFERENT:
        asked.specification.ClearField(field)
    _clear_numbers(asked)
    facts = {
        "model": [model.card.weights_hash, model.card.quantization],
        "device": {name: value for name, value in asdict(model.device).items() if name != "dtype_reason"},
        "versions": {"midblock-server": __version__, **package_versions()},
    }
    content = json.dumps(facts, sort_keys=True).encode() + b"\n" + asked.SerializeToString(deterministic=True)
    return hashlib.sha256(content).hexdigest()


def _clear_numbers(asked: preflight_pb2.RunPreflightRequest) -> None:
    """The optimiser's numbers and its schedule: each costs the same whatever it is."""
    optimizer = asked.specification.optimizer
    eight_bit, clips = optimizer.eight_bit, optimizer.max_gradient_norm > 0
    optimizer.Clear()
    optimizer.eight_bit, optimizer.max_gradient_norm = eight_bit, float(clips)
