"""The Runs service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import grpc

from midblock_server.artifacts import stream_files, stream_merged
from midblock_server.core.errors import MidblockServerError
from midblock_server.datasets.store import DatasetStore
from midblock_server.engine import Engine
from midblock_server.gen.midblock.v1 import run_pb2, run_pb2_grpc
from midblock_server.limits import Limits
from midblock_server.model_host import ModelHost
from midblock_server.runs.admission import admit, admit_extension
from midblock_server.runs.extensions import extend_run, find_extension
from midblock_server.runs.steering import cancel_run, finish_run, pause_run, resume_run
from midblock_server.runs.store import RunStore
from midblock_server.runs.watch import watch_run
from midblock_server.streams import heartbeat

DEFAULT_LIST_LIMIT = 100
MAX_KEY_CHARACTERS = 200
MAX_REASON_CHARACTERS = 200


class RunsServicer(run_pb2_grpc.RunsServicer):
    """``owner`` is this server instance, which trains what is started or resumed here; ``scratch`` its folder.

    ``interrupt_lost_runs`` comes before what tells or changes a run's state: another server over the same state folder
    may have died since, and nobody else writes down what became of its runs.
    """

    def __init__(
        self,
        *,
        store: RunStore,
        datasets: DatasetStore,
        host: ModelHost,
        engine: Engine,
        owner: str,
        scratch: Path,
        limits: Limits,
        interrupt_lost_runs: Callable[[], None],
    ) -> None:
        self._store = store
        self._datasets = datasets
        self._host = host
        self._engine = engine
        self._owner = owner
        self._scratch = scratch
        self._limits = limits
        self._interrupt_lost_runs = interrupt_lost_runs

    def StartRun(self, request: run_pb2.StartRunRequest, context: grpc.ServicerContext) -> run_pb2.RunRecord:
        _check_key(request.key)
        self._interrupt_lost_runs()
        started = self._store.find_started(request.key, request.specification)
        if started is not None:
            return started
        admit(request.specification, self._host.wait(), self._datasets)
        return self._store.start(request.key, request.specification, self._owner)

    def GetRun(self, request: run_pb2.GetRunRequest, context: grpc.ServicerContext) -> run_pb2.RunRecord:
        self._interrupt_lost_runs()
        return self._store.get(request.run_id)

    def ListRuns(self, request: run_pb2.ListRunsRequest, context: grpc.ServicerContext) -> run_pb2.ListRunsResponse:
        self._interrupt_lost_runs()
        runs, more = self._store.list_newest(request.limit or DEFAULT_LIST_LIMIT, request.before_run_id)
        return run_pb2.ListRunsResponse(runs=runs, more=more)

    def WatchRun(
        self, request: run_pb2.WatchRunRequest, context: grpc.ServicerContext
    ) -> Iterator[run_pb2.WatchRunResponse]:
        self._interrupt_lost_runs()
        context.add_callback(self._store.database.changes.announce)
        for event in watch_run(
            self._store, request.run_id, request.from_sequence, self._limits.heartbeat_seconds, context.is_active
        ):
            if event is None:
                self._interrupt_lost_runs()
                yield run_pb2.WatchRunResponse(heartbeat=heartbeat())
            else:
                yield run_pb2.WatchRunResponse(event=event)

    def CancelRun(self, request: run_pb2.CancelRunRequest, context: grpc.ServicerContext) -> run_pb2.RunRecord:
        self._interrupt_lost_runs()
        return cancel_run(self._store.database, request.run_id)

    def PauseRun(self, request: run_pb2.PauseRunRequest, context: grpc.ServicerContext) -> run_pb2.RunRecord:
        self._interrupt_lost_runs()
        return pause_run(self._store.database, request.run_id)

    def ResumeRun(self, request: run_pb2.ResumeRunRequest, context: grpc.ServicerContext) -> run_pb2.RunRecord:
        self._interrupt_lost_runs()
        require_same_model(self._store, request.run_id, self._host)
        step = request.step if request.HasField("step") else None
        return resume_run(self._store.database, request.run_id, step, self._owner)

    def ExtendRun(self, request: run_pb2.ExtendRunRequest, context: grpc.ServicerContext) -> run_pb2.RunRecord:
        self._interrupt_lost_runs()
        known, extended_before = find_extension(self._store.database, request)
        if extended_before is not None:
            return extended_before
        require_same_model(self._store, request.run_id, self._host)
        admit_extension(known, request, self._host.wait(), self._datasets)
        return extend_run(self._store.database, request, self._owner)

    def FinishRun(self, request: run_pb2.FinishRunRequest, context: grpc.ServicerContext) -> run_pb2.RunRecord:
        self._interrupt_lost_runs()
        _check_reason(request.reason)
        return finish_run(self._store.database, request.run_id, request.reason, self._owner)

    def RemoveCheckpoint(
        self, request: run_pb2.RemoveCheckpointRequest, context: grpc.ServicerContext
    ) -> run_pb2.RunRecord:
        self._interrupt_lost_runs()
        return self._store.remove_checkpoint(request.run_id, request.step)

    def FetchArtifacts(
        self, request: run_pb2.FetchArtifactsRequest, context: grpc.ServicerContext
    ) -> Iterator[run_pb2.FetchArtifactsResponse]:
        _check_form(request.form)
        step = request.step if request.HasField("step") else None
        checkpoint = self._store.checkpoint_folder(request.run_id, step)
        if request.form == run_pb2.ARTIFACT_FORM_MERGED:
            require_same_model(self._store, request.run_id, self._host)
            seconds = self._limits.heartbeat_seconds
            yield from stream_merged(self._host.wait(), checkpoint, self._scratch, context, seconds)
        else:
            yield from stream_files(self._engine.artifact_files(checkpoint))


def require_same_model(store: RunStore, run_id: str, host: ModelHost) -> None:
    """Raises "invalid-options" where the run was made for another model than the loaded one."""
    wanted = store.weights_hash(run_id)
    card = host.wait().card
    if wanted != card.weights_hash:
        raise MidblockServerError(
            "invalid-options",
            f"Run {run_id} was made for another model than the one this server holds.",
            found=f"{card.name} with weights {card.weights_hash}",
            wanted=f"weights {wanted}",
            next_step="Start a server with the model the run was made for.",
            facts={"run_id": run_id},
        )


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= MAX_KEY_CHARACTERS:
        raise MidblockServerError(
            "invalid-options",
            "A run's key has the wrong length.",
            found=f"{len(key)} characters",
            wanted=f"1 to {MAX_KEY_CHARACTERS} characters",
        )


def _check_form(form: run_pb2.ArtifactForm) -> None:
    if form not in (run_pb2.ARTIFACT_FORM_TRAINED, run_pb2.ARTIFACT_FORM_MERGED):
        raise MidblockServerError(
            "invalid-options",
            "The form of the artefacts is not told, or not known to this server.",
            found=f"form {form}",
            wanted="ARTIFACT_FORM_TRAINED or ARTIFACT_FORM_MERGED",
            next_step="Name one of these.",
        )


def _check_reason(reason: str) -> None:
    if not 1 <= len(reason) <= MAX_REASON_CHARACTERS:
        raise MidblockServerError(
            "invalid-options",
            "The reason for finishing a run has the wrong length.",
            found=f"{len(reason)} characters",
            wanted=f"1 to {MAX_REASON_CHARACTERS} characters",
        )
