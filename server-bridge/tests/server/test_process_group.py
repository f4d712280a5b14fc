"""One server of two processes, against one of one process on the same state folder: the same losses, texts and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from bridge_client import BridgeClient, failing
from process_group import DEVICE, ProcessGroup
from server_process import ServerProcess
from wire_requests import Row, events, record, upload, watch_until

from midblock_server.gen.midblock.v1 import (
    common_pb2,
    control_pb2,
    inference_pb2,
    model_pb2,
    preflight_pb2,
    run_pb2,
)

pytestmark = pytest.mark.thorough

STEPS = 30
TOLERANCE = 1e-5
ROWS: list[Row] = [
    ([(7 * row + 3 * place) % 300 for place in range(8 + row)], [0.0] * 4 + [1.0] * (4 + row)) for row in range(8)
]
MICRO_BATCHES = ([[0, 1, 2], [3, 4], [5, 6, 7]], [[0, 1, 2, 3]], [[4], [5, 6], [7], [0, 1]])
"""For two processes: a pass too many, one that a process must sit out, and an even number."""

LORA = run_pb2.LoraMethod(targets=["self_attn.q_proj", "mlp.down_proj"], scale=2.0)
DORA = run_pb2.LoraMethod(targets=["self_attn.q_proj", "mlp.down_proj"], scale=2.0, weight_decomposed=True)
METHODS: dict[str, dict[str, Any]] = {
    "LoRA": {"lora": LORA},
    "LoRA with norms, held to the base": {"lora": LORA, "train_norms": True, "base_divergence_weight": 0.5},
    "DoRA, computed again in the backward pass": {
        "lora": DORA,
        "compute": run_pb2.ComputeSettings(gradient_checkpointing=True),
    },
    "full weights": {"full_weights": run_pb2.FullWeightsMethod()},
}


@dataclass(frozen=True)
class Servers:
    """Two clients of two servers with one state folder."""

    group: ProcessGroup
    two: BridgeClient
    one: BridgeClient
    card: model_pb2.ModelCard
    dataset_hash: str


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, tiny_model: Callable[..., Path]) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("group")
    group = ProcessGroup(folder, folder / "state", tiny_model())
    single = ServerProcess(folder, *DEVICE, "--listen", f"unix:{folder}/one.sock", model=str(tiny_model()))
    two, one = group.client(), single.client()
    card, _ = (_model_card(client) for client in (two, one))
    yield Servers(group, two, one, card, upload(one, ROWS))
    single.kill()
    group.stop()


def _model_card(client: BridgeClient) -> model_pb2.ModelCard:
    *_, last = client.control.GetModelCard(control_pb2.GetModelCardRequest(), timeout=120)
    card: model_pb2.ModelCard = last.card
    return card


def _specification(servers: Servers, method: str, steps: int) -> run_pb2.RunSpecification:
    planned = [
        run_pb2.Step(
            micro_batches=[run_pb2.MicroBatch(datum_indices=rows) for rows in MICRO_BATCHES[step % len(MICRO_BATCHES)]]
        )
        for step in range(steps)
    ]
    rank = None if method == "full weights" else 4
    return run_pb2.RunSpecification(
        dataset_hashes=[servers.dataset_hash],
        layer_plan=run_pb2.LayerPlan(
            blocks=[run_pb2.BlockPlan(index=index, rank=rank) for index in (2, 3)], block_count=servers.card.block_count
        ),
        batch_plan=run_pb2.BatchPlan(steps=planned),
        optimizer=run_pb2.OptimizerSettings(
            learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, schedule=run_pb2.SCHEDULE_COSINE
        ),
        seed=5,
        checkpoint_every_steps=10,
        keep_checkpoints=2,
        weights_hash=servers.card.weights_hash,
        steps_total=steps,
        **METHODS[method],
    )


def _start(client: BridgeClient, key: str, specification: run_pb2.RunSpecification) -> str:
    started: run_pb2.RunRecord = client.runs.StartRun(run_pb2.StartRunRequest(key=key, specification=specification))
    return started.run_id


def _losses(client: BridgeClient, run_id: str) -> list[float]:
    """Watches a run that must complete; the losses of its steps, of which the last made one counts."""
    told = list(events(client, run_id))
    assert told[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED, told[-1]
    ended = (event.step_ended for event in told if event.HasField("step_ended"))
    return list({step.step: step.loss for step in ended}.values())


@pytest.mark.parametrize("method", METHODS)
def test_two_processes_train_as_one_does(servers: Servers, method: str) -> None:
    specification = _specification(servers, method, steps=6)
    found, wanted = (
        _losses(client, _start(client, f"{method} on {name}", specification))
        for client, name in ((servers.two, "two"), (servers.one, "one"))
    )
    assert found == pytest.approx(wanted, abs=TOLERANCE)
    assert wanted[-1] < wanted[2]


@pytest.mark.parametrize(("method", "first"), [("LoRA", "two"), ("LoRA", "one"), ("full weights", "two")])
def test_a_run_paused_by_one_server_is_gone_on_with_by_the_other(servers: Servers, method: str, first: str) -> None:
    begun, gone_on = (servers.two, servers.one) if first == "two" else (servers.one, servers.two)
    specification = _specification(servers, method, STEPS)
    run_id = _start(begun, f"{method}, {first} first", specification)
    watch_until(begun, run_id, "step_ended", 3)
    begun.runs.PauseRun(run_pb2.PauseRunRequest(run_id=run_id))
    assert list(events(begun, run_id))[-1].WhichOneof("event") == "run_paused"
    gone_on.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    undisturbed = _start(servers.one, f"{method} undisturbed", specification)
    assert _losses(gone_on, run_id) == pytest.approx(_losses(servers.one, undisturbed), abs=TOLERANCE)


def _completions(client: BridgeClient, model: common_pb2.ModelReference) -> dict[int, list[int]]:
    request = inference_pb2.GenerateRequest(
        model=model,
        prompts=[inference_pb2.TokenSequence(token_ids=tokens[:5]) for tokens, _ in ROWS],
        max_new_tokens=8,
        greedy=inference_pb2.Greedy(),
    )
    answers = (each.completion for each in client.inference.Generate(request) if each.HasField("completion"))
    return {answer.index: list(answer.token_ids) for answer in answers}


def _scores(client: BridgeClient, model: common_pb2.ModelReference) -> list[float]:
    sequences = [inference_pb2.ScoreSequence(token_ids=tokens, **{"from": 4}) for tokens, _ in ROWS]
    request = inference_pb2.ScoreRequest(model=model, sequences=sequences, kl_from_base=True)
    answers = [each.score for each in client.inference.Score(request) if each.HasField("score")]
    return [number for answer in answers for number in (*answer.log_probabilities, *answer.kl_from_base)]


@pytest.mark.parametrize("method", ["LoRA", "full weights"])
def test_two_processes_generate_and_score_as_one_does(servers: Servers, method: str) -> None:
    run_id = _start(servers.two, f"{method} to ask", _specification(servers, method, steps=6))
    _losses(servers.two, run_id)
    tuned = common_pb2.ModelReference(run=common_pb2.RunWeights(run_id=run_id))
    base = common_pb2.ModelReference(base=common_pb2.BaseModel())
    for model in (tuned, base):
        assert _completions(servers.two, model) == _completions(servers.one, model)
        assert _scores(servers.two, model) == pytest.approx(_scores(servers.one, model), abs=TOLERANCE)
    assert _scores(servers.two, tuned) != pytest.approx(_scores(servers.two, base), abs=1e-3)


def test_a_text_is_generated_between_the_steps_of_a_run(servers: Servers) -> None:
    base = common_pb2.ModelReference(base=common_pb2.BaseModel())
    wanted = _completions(servers.one, base)
    run_id = _start(servers.two, "in between", _specification(servers, "LoRA", STEPS))
    watch_until(servers.two, run_id, "step_ended")
    assert _completions(servers.two, base) == wanted
    assert record(servers.two, run_id).state == run_pb2.RUN_STATE_RUNNING
    assert len(_losses(servers.two, run_id)) == STEPS


def test_what_several_processes_can_not_do_is_refused(servers: Servers) -> None:
    compiled = _specification(servers, "LoRA", steps=1)
    compiled.compute.compile = True
    with failing("invalid-options") as failure:
        _start(servers.two, "compiled", compiled)
    assert "sharded over 2 ranks" in failure.detail.found
    run_id = _start(servers.one, "LoRA on one", _specification(servers, "LoRA", steps=6))
    with failing("invalid-options"):
        list(
            servers.two.runs.FetchArtifacts(
                run_pb2.FetchArtifactsRequest(run_id=run_id, form=run_pb2.ARTIFACT_FORM_MERGED)
            )
        )


def test_a_preflight_measures_the_first_process(servers: Servers) -> None:
    request = preflight_pb2.RunPreflightRequest(
        specification=_specification(servers, "LoRA", steps=1), sequence_tokens=[20, 20], trained_tokens=10
    )
    *_, last = servers.two.preflights.RunPreflight(request)
    assert last.report.fits
    assert last.report.micro_batch_seconds > 0


def test_a_killed_process_ends_all_and_its_run_is_gone_on_with_by_another_server(servers: Servers) -> None:
    """The last test here: it ends the servers' group."""
    specification = _specification(servers, "LoRA", STEPS)
    run_id = _start(servers.two, "killed", specification)
    stream = events(servers.two, run_id)
    try:
        for event in stream:
            if event.step_ended.step == 12:
                servers.group.kill_follower()
            if event.HasField("run_ended"):
                assert event.run_ended.error.code == "sidecar-exited", event
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.UNAVAILABLE, error
    assert servers.group.wait() != 0
    assert record(servers.one, run_id).steps_done < STEPS
    servers.one.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    undisturbed = _start(servers.one, "not killed", specification)
    assert _losses(servers.one, run_id) == pytest.approx(_losses(servers.one, undisturbed), abs=TOLERANCE)
