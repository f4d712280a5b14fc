"""Generation and scoring over the wire."""

from __future__ import annotations

import grpc
from bridge_client import BridgeClient, failing
from fake_engine import FakeEngine
from wire_requests import events, start

from midblock_server.gen.midblock.v1 import common_pb2, inference_pb2

BASE = common_pb2.ModelReference(base=common_pb2.BaseModel())
GREEDY = inference_pb2.Greedy()


def sequence(*token_ids: int) -> inference_pb2.TokenSequence:
    return inference_pb2.TokenSequence(token_ids=token_ids)


def score_sequence(token_ids: list[int], first: int) -> inference_pb2.ScoreSequence:
    return inference_pb2.ScoreSequence(token_ids=token_ids, **{"from": first})


def test_each_prompt_is_continued_once(client: BridgeClient) -> None:
    request = inference_pb2.GenerateRequest(
        model=BASE, prompts=[sequence(1), sequence(2, 3)], max_new_tokens=4, greedy=GREEDY
    )
    rows = [response.completion for response in client.inference.Generate(request)]
    assert [(row.index, list(row.token_ids), row.text) for row in rows] == [(0, [1], "base"), (1, [2, 3], "base")]
    assert rows[0].finish_reason == inference_pb2.FINISH_REASON_LENGTH


def test_the_weights_of_a_run_are_found_by_id_and_step(client: BridgeClient) -> None:
    run_id = start(client, steps=2, every=1)
    list(events(client, run_id))

    def weights_used(run_id: str, step: int | None = None) -> str:
        model = common_pb2.ModelReference(run=common_pb2.RunWeights(run_id=run_id, step=step))
        request = inference_pb2.GenerateRequest(model=model, prompts=[sequence(1)], max_new_tokens=1, greedy=GREEDY)
        return str(next(iter(client.inference.Generate(request))).completion.text)

    assert weights_used(run_id) == "step-00000002"
    assert weights_used(run_id, 1) == "step-00000001"
    with failing("checkpoint-not-found"):
        weights_used(run_id, 7)
    with failing("run-not-found"):
        weights_used("nope")


def test_scores_come_with_the_divergence_only_where_asked(client: BridgeClient) -> None:
    for wanted, divergences in ((False, []), (True, [0.25, 0.25])):
        request = inference_pb2.ScoreRequest(model=BASE, sequences=[score_sequence([1, 2, 3], 1)], kl_from_base=wanted)
        (response,) = client.inference.Score(request)
        assert list(response.score.log_probabilities) == [-1.0, -1.0]
        assert list(response.score.is_greedy) == [True, True]
        assert list(response.score.kl_from_base) == divergences


def test_waiting_streams_have_heartbeats_and_go_on(client: BridgeClient, engine: FakeEngine) -> None:
    request = inference_pb2.GenerateRequest(model=BASE, prompts=[sequence(99)], max_new_tokens=1, greedy=GREEDY)
    kinds = []
    for response in client.inference.Generate(request):
        kinds.append(response.WhichOneof("message"))
        engine.release.set()
    assert kinds[0] == "heartbeat"
    assert kinds[-1] == "completion"


def test_cancelling_the_call_stops_the_work(client: BridgeClient, engine: FakeEngine) -> None:
    request = inference_pb2.GenerateRequest(
        model=BASE, prompts=[sequence(1), sequence(99)], max_new_tokens=1, greedy=GREEDY
    )
    stream = client.inference.Generate(request)
    assert next(stream).completion.index == 0
    stream.cancel()
    assert engine.cancellation_seen.wait(timeout=30)


def test_how_tokens_are_picked_must_be_told(client: BridgeClient) -> None:
    request = inference_pb2.GenerateRequest(model=BASE, prompts=[sequence(1)], max_new_tokens=1)
    with failing("invalid-options") as failure:
        list(client.inference.Generate(request))
    assert failure.detail.wanted == "greedy or sampling"


def test_weights_must_be_named(client: BridgeClient) -> None:
    request = inference_pb2.GenerateRequest(prompts=[sequence(1)], max_new_tokens=1, greedy=GREEDY)
    with failing("invalid-options") as failure:
        list(client.inference.Generate(request))
    assert failure.detail.wanted == "base or run"


def test_too_many_sequences_exceed_a_limit(client: BridgeClient) -> None:
    request = inference_pb2.GenerateRequest(model=BASE, prompts=[sequence(1)] * 4, max_new_tokens=1, greedy=GREEDY)
    with failing("limit-exceeded") as failure:
        list(client.inference.Generate(request))
    assert failure.status is grpc.StatusCode.RESOURCE_EXHAUSTED
    with failing("limit-exceeded"):
        list(client.inference.Score(inference_pb2.ScoreRequest(model=BASE, sequences=[score_sequence([1, 2], 1)] * 4)))
