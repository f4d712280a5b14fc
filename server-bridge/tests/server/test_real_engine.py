"""The server with the real engine and a tiny model: whole runs over the wire, one of them killed and resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bridge_client import BridgeClient, failing
from server_process import ServerProcess
from wire_requests import Row, events, record, upload, watch_until

from midblock_server.gen.midblock.v1 import common_pb2, control_pb2, inference_pb2, model_pb2, run_pb2

pytestmark = pytest.mark.thorough

BASE = common_pb2.ModelReference(base=common_pb2.BaseModel())
ROWS: list[Row] = [([(7 * row + place) % 300 for place in range(12)], [0.0] * 6 + [1.0] * 6) for row in range(8)]
STEPS = 40

TinyModel = Callable[..., Path]


def launch(folder: Path, model: Path) -> ServerProcess:
    device = ("--threads", "1", "--device", "cpu", "--dtype", "float32")
    return ServerProcess(folder, *device, "--listen", f"unix:{folder}/s.sock", model=str(model))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, tiny_model: TinyModel) -> Iterator[BridgeClient]:
    server = launch(tmp_path_factory.mktemp("server"), tiny_model())
    yield server.client()
    server.kill()


def model_card(client: BridgeClient) -> model_pb2.ModelCard:
    *_, last = client.control.GetModelCard(control_pb2.GetModelCardRequest(), timeout=120)
    card: model_pb2.ModelCard = last.card
    return card


def specification(card: model_pb2.ModelCard, dataset_hash: str) -> run_pb2.RunSpecification:
    steps = [
        run_pb2.Step(micro_batches=[run_pb2.MicroBatch(datum_indices=[step % 8, (step + 3) % 8])])
        for step in range(STEPS)
    ]
    return run_pb2.RunSpecification(
        dataset_hashes=[dataset_hash],
        layer_plan=run_pb2.LayerPlan(
            blocks=[run_pb2.BlockPlan(index=index, rank=4) for index in (2, 3)], block_count=card.block_count
        ),
        lora=run_pb2.LoraMethod(targets=["self_attn.q_proj", "mlp.down_proj"], scale=2.0, dropout=0.1),
        batch_plan=run_pb2.BatchPlan(steps=steps),
        optimizer=run_pb2.OptimizerSettings(
            learning_rate=1e-2, beta1=0.9, beta2=0.999, epsilon=1e-8, schedule=run_pb2.SCHEDULE_COSINE
        ),
        seed=5,
        checkpoint_every_steps=5,
        keep_checkpoints=2,
        weights_hash=card.weights_hash,
        steps_total=STEPS,
    )


def start(client: BridgeClient, key: str) -> str:
    wanted = specification(model_card(client), upload(client, ROWS))
    started: run_pb2.RunRecord = client.runs.StartRun(run_pb2.StartRunRequest(key=key, specification=wanted))
    return started.run_id


def merged_files(client: BridgeClient, run_id: str) -> dict[str, bytes]:
    request = run_pb2.FetchArtifactsRequest(run_id=run_id, form=run_pb2.ARTIFACT_FORM_MERGED)
    files: dict[str, bytes] = {}
    for part in client.runs.FetchArtifacts(request):
        if part.WhichOneof("part") == "header":
            name = part.header.path
            files[name] = b""
        elif part.chunk:
            files[name] += part.chunk
    return files


def artifact_hashes(client: BridgeClient, run_id: str) -> dict[str, str]:
    request = run_pb2.FetchArtifactsRequest(run_id=run_id, form=run_pb2.ARTIFACT_FORM_TRAINED)
    parts = client.runs.FetchArtifacts(request)
    return {part.header.path: part.header.sha256 for part in parts if part.WhichOneof("part") == "header"}


def test_a_killed_run_ends_with_the_same_weights_as_an_undisturbed_one(
    client: BridgeClient, tmp_path: Path, tiny_model: TinyModel
) -> None:
    undisturbed = start(client, "undisturbed")
    ended = list(events(client, undisturbed))
    assert ended[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED, ended[-1]
    assert ended[1].run_started.trainable_parameters == 2 * 4 * (64 + 64 + 128 + 64)
    server = launch(tmp_path, tiny_model())
    killed = start(victim := server.client(), "killed")
    watch_until(victim, killed, "step_ended", 7)
    server.kill()
    server = launch(tmp_path, tiny_model())
    successor = server.client()
    model_card(successor)
    assert record(successor, killed).state == run_pb2.RUN_STATE_INTERRUPTED
    successor.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=killed))
    resumed = list(events(successor, killed))
    assert resumed[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED, resumed[-1]
    assert losses(resumed) == losses(ended)
    assert artifact_hashes(successor, killed) == artifact_hashes(client, undisturbed)
    server.kill()


def losses(told: list[run_pb2.RunEvent]) -> dict[int, float]:
    """By step; where a step was made twice, the later event counts."""
    return {event.step_ended.step: event.step_ended.loss for event in told if event.HasField("step_ended")}


def test_trained_weights_generate_and_score_apart_from_the_base(client: BridgeClient) -> None:
    run_id = start(client, "run")
    assert list(events(client, run_id))[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED
    tuned = common_pb2.ModelReference(run=common_pb2.RunWeights(run_id=run_id))

    def score(model: common_pb2.ModelReference) -> inference_pb2.SequenceScore:
        sequence = inference_pb2.ScoreSequence(token_ids=ROWS[0][0], **{"from": 6})
        request = inference_pb2.ScoreRequest(model=model, sequences=[sequence], kl_from_base=True)
        scores: list[inference_pb2.SequenceScore] = [
            answer.score for answer in client.inference.Score(request) if answer.HasField("score")
        ]
        assert len(scores) == 1
        return scores[0]

    base_score, tuned_score = score(BASE), score(tuned)
    assert sum(tuned_score.log_probabilities) > sum(base_score.log_probabilities)
    assert sum(tuned_score.kl_from_base) > 0
    assert sum(base_score.kl_from_base) == 0
    request = inference_pb2.GenerateRequest(
        model=tuned,
        prompts=[inference_pb2.TokenSequence(token_ids=ROWS[0][0][:6])],
        max_new_tokens=3,
        greedy=inference_pb2.Greedy(),
    )
    (completion,) = (
        answer.completion for answer in client.inference.Generate(request) if answer.HasField("completion")
    )
    assert 1 <= len(completion.token_ids) <= 3


def test_what_core_refuses_arrives_with_its_code(client: BridgeClient) -> None:
    wanted = specification(model_card(client), upload(client, ROWS))
    wanted.layer_plan.blocks[1].index = 99
    wanted.optimizer.learning_rate = -1
    with failing("invalid-layer-plan") as failure:
        client.runs.StartRun(run_pb2.StartRunRequest(key="key", specification=wanted))
    assert "learning_rate" in failure.detail.found


def test_a_runs_merged_model_is_sent_whole_and_nothing_of_it_stays_behind(
    client: BridgeClient, tmp_path_factory: pytest.TempPathFactory, tiny_model: TinyModel
) -> None:
    run_id = start(client, "merged")
    assert list(events(client, run_id))[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED
    files = merged_files(client, run_id)
    assert set(files) == {path.name for path in tiny_model().iterdir()}
    assert len(files["model.safetensors"]) == (tiny_model() / "model.safetensors").stat().st_size
    assert files["model.safetensors"] != (tiny_model() / "model.safetensors").read_bytes()
    assert not list(tmp_path_factory.getbasetemp().glob("server*/**/scratch/*/*"))
