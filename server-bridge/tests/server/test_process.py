"""The server as a process: what it says, when it ends, and what is left after it was killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from bridge_client import BridgeClient, failing
from server_process import SERVER_BRIDGE, TOKEN, ServerProcess
from wire_requests import events, kinds, record, specification, start, upload, watch_until

from midblock_server.gen.contract import PROTOCOL_VERSION
from midblock_server.gen.midblock.v1 import control_pb2, run_pb2

HANDSHAKE = control_pb2.HandshakeRequest(protocol_version=PROTOCOL_VERSION)
Launch = Callable[..., ServerProcess]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts servers over one state folder; those that still run after the test are killed."""
    started: list[ServerProcess] = []

    def launch_one(*arguments: str, **options: Any) -> ServerProcess:
        started.append(ServerProcess(tmp_path, *arguments, **options))
        return started[-1]

    yield launch_one
    for server in started:
        server.kill()


def handshake(client: BridgeClient) -> control_pb2.HandshakeResponse:
    told: control_pb2.HandshakeResponse = client.control.Handshake(HANDSHAKE)
    return told


def test_the_ready_line_says_where_it_listens(launch: Launch) -> None:
    server = launch()
    ready = server.announcement()
    host, port = ready.pop("address").split(":")
    assert (host, int(port) > 0) == ("127.0.0.1", True)
    assert ready == {"event": "ready", "pid": server.process.pid, "protocol_version": 1, "server_version": "0.1.0"}
    assert handshake(BridgeClient(f"127.0.0.1:{port}", TOKEN)).process_id == server.process.pid


def test_the_unix_socket_is_for_its_owner_alone(launch: Launch, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    client = launch("--listen", f"unix:{path}").client()
    handshake(client)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    second = launch("--listen", f"unix:{path}")
    fatal = second.announcement()
    assert fatal["error"]["code"] == "sidecar-start-failed"
    handshake(client)


def test_the_token_may_stand_in_a_file(launch: Launch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-a-file\n")
    server = launch("--token-file", str(file), token=None)
    client = server.client("from-a-file")
    handshake(client)


def test_the_environment_token_is_not_passed_on(launch: Launch) -> None:
    server = launch()
    handshake(server.client())
    environment = Path(f"/proc/{server.process.pid}/environ")
    if not environment.exists():
        pytest.skip("needs /proc")
    # The kernel shows the environment at the start; what counts is what children inherit, so ask the parser itself.
    probe = (
        "import os; from midblock_server.command import parse_command;"
        "parse_command(['serve', '--model', 'm', '--state-folder', 's', '--cache-folder', 'c']);"
        "print('MIDBLOCK_TOKEN' in os.environ)"
    )
    told = subprocess.run(
        [sys.executable, "-c", probe],
        env={**os.environ, "MIDBLOCK_TOKEN": "x", "PYTHONPATH": str(SERVER_BRIDGE)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "False\n"


@pytest.mark.parametrize(
    ("arguments", "token", "told"),
    [
        ([], None, "token: found none"),
        (["--listen", "0.0.0.0:0"], TOKEN, "public address 0.0.0.0:0 without TLS"),
        (["--listen", "[::]:0"], TOKEN, "public address [::]:0 without TLS"),
        (["--listen", "nonsense"], TOKEN, "--listen: found nonsense"),
        (["--listen", "unix:relative"], TOKEN, "an absolute path"),
        (["--threads", "-1"], TOKEN, "--threads"),
        (["--no-such-option"], TOKEN, "--no-such-option"),
        (["--tls-key", "k.pem"], TOKEN, "TLS needs a certificate and its key"),
        (["--token-file", "/nonexistent"], TOKEN, "token file"),
    ],
)
def test_wrong_settings_end_the_start(launch: Launch, arguments: list[str], token: str | None, told: str) -> None:
    server = launch(*arguments, token=token)
    fatal = server.announcement()
    assert (fatal["event"], fatal["error"]["code"]) == ("fatal", "invalid-options")
    assert told in fatal["error"]["message"]
    code, log = server.finish()
    assert code == 2
    assert any(line["level"] == "critical" and told in line["message"] for line in log)


def test_all_wrong_settings_are_told_at_once(launch: Launch) -> None:
    message = launch("--listen", "0.0.0.0:0", token=None).announcement()["error"]["message"]
    assert "token" in message
    assert "public address" in message


def test_a_port_in_use_is_fatal(launch: Launch) -> None:
    address = launch().announcement()["address"]
    server = launch("--listen", address)
    fatal = server.announcement()
    assert fatal["error"]["code"] == "sidecar-start-failed"
    assert address in fatal["error"]["message"]
    assert server.finish()[0] == 1


def test_the_end_of_standard_input_ends_a_server_that_stops_with_its_parent(launch: Launch) -> None:
    server = launch("--stop-with-parent")
    run_id = start(server.client(), hold_at_step=1, steps=3)
    server.close_input()
    code, log = server.finish()
    assert code == 0
    assert any("standard input ended" in line["message"] for line in log)
    assert record(launch().client(), run_id).state == run_pb2.RUN_STATE_INTERRUPTED


def test_a_served_server_does_not_mind_the_end_of_standard_input(launch: Launch) -> None:
    server = launch()
    client = server.client()
    server.close_input()
    assert handshake(client).process_id == server.process.pid


def test_the_death_of_the_parent_ends_the_server(tmp_path: Path) -> None:
    """A parent starts a server whose standard input stays open elsewhere, and is killed."""
    reader, writer = os.pipe()
    os.set_inheritable(reader, True)
    script = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, {str(Path(__file__).with_name('fake_server.py'))!r}, 'serve',"
        f" '--model', 'fake', '--state-folder', {str(tmp_path / 's')!r}, '--cache-folder', {str(tmp_path / 'c')!r},"
        f" '--stop-with-parent'], stdin={reader})\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL, close_fds=False,
        env={**os.environ, "MIDBLOCK_TOKEN": TOKEN, "PYTHONPATH": str(SERVER_BRIDGE)},
    )  # fmt: skip
    assert parent.stdout is not None
    assert '"ready"' in parent.stdout.readline()
    parent.kill()
    # The server holds the other end of this pipe: it ends when, and only when, the server has ended.
    assert parent.stdout.read() == ""
    parent.wait()
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_interrupts_runs_with_a_checkpoint(launch: Launch, number: signal.Signals) -> None:
    server = launch()
    client = server.client()
    first = start(client, "first", steps=3, hold_at_step=1)
    second = start(client, "second", steps=3)
    watch_until(client, first, "step_ended")
    watched = events(client, first)
    queued = next(watched)
    server.process.send_signal(number)
    assert kinds([queued, *watched]) == [
        "run_queued", "run_started", "step_ended", "checkpoint_saved", "run_interrupted"
    ]  # fmt: skip
    assert server.finish()[0] == 0
    restarted = launch(released=True).client()
    assert record(restarted, first).state == run_pb2.RUN_STATE_INTERRUPTED
    assert list(events(restarted, second))[-1].run_interrupted.HasField("checkpoint_step") is False
    restarted.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=first))
    resumed = list(events(restarted, first, 6))
    assert resumed[1].run_started.from_step == 1
    assert resumed[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED


def test_a_second_signal_ends_at_once(launch: Launch) -> None:
    server = launch("--stop-with-parent")
    client = server.client()
    run_id = start(client, hold_at_step=0, stubborn=True)
    watch_until(client, run_id, "run_started")
    server.process.terminate()
    for line in server.log:
        if "stopping" in line:
            break
    server.process.terminate()
    assert server.process.wait(timeout=20) == 128 + signal.SIGTERM


def test_a_signal_changes_nothing_while_the_server_stops_for_another_reason(launch: Launch, tmp_path: Path) -> None:
    """torchrun sends one when a process of its group has ended: the run must still be written down as interrupted."""
    server = launch()
    client = server.client()
    run_id = start(client, hold_at_step=0, stubborn=True)
    watch_until(client, run_id, "run_started")
    client.control.Shutdown(control_pb2.ShutdownRequest(grace_seconds=1.0))
    for line in server.log:
        if "stopping" in line:
            break
    server.process.terminate()
    assert server.finish()[0] == 0
    with sqlite3.connect(tmp_path / "state" / "runs.sqlite") as connection:
        assert connection.execute("SELECT state FROM runs").fetchall() == [(run_pb2.RUN_STATE_INTERRUPTED,)]


def test_a_killed_server_leaves_runs_that_the_next_one_resumes(launch: Launch) -> None:
    server = launch()
    client = server.client()
    run_id = start(client, steps=5, every=2, hold_at_step=3)
    last = watch_until(client, run_id, "step_ended", 3)
    server.kill()
    restarted = launch(released=True).client()
    interrupted = record(restarted, run_id)
    assert interrupted.state == run_pb2.RUN_STATE_INTERRUPTED
    assert interrupted.steps_done == 3
    recorded = list(events(restarted, run_id))
    assert recorded[last.sequence - 1] == last
    assert recorded[-1].run_interrupted.checkpoint_step == 2
    restarted.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    resumed = list(events(restarted, run_id, recorded[-1].sequence + 1))
    assert [event.step_ended.step for event in resumed if event.HasField("step_ended")] == [3, 4, 5]
    assert [event.sequence for event in [*recorded, *resumed]] == list(range(1, len(recorded) + len(resumed) + 1))
    assert resumed[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED


def test_a_killed_server_leaves_runs_that_one_living_beside_it_resumes(launch: Launch) -> None:
    killed, living = launch(), launch(released=True).client()
    client = killed.client()
    run_id = start(client, steps=5, every=2, hold_at_step=3)
    watch_until(client, run_id, "step_ended", 3)
    watched = events(living, run_id)
    assert [next(watched).WhichOneof("event") for _ in range(6)][-1] == "step_ended"
    killed.kill()
    assert [event.WhichOneof("event") for event in watched] == ["run_interrupted"]
    assert record(living, run_id).state == run_pb2.RUN_STATE_INTERRUPTED
    living.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id))
    assert list(events(living, run_id))[-1].run_ended.state == run_pb2.RUN_STATE_COMPLETED


CALLS: dict[str, tuple[Callable[[BridgeClient, str], run_pb2.RunRecord], run_pb2.RunState]] = {
    "start": (
        lambda client, run_id: client.runs.StartRun(
            run_pb2.StartRunRequest(key="key", specification=specification(upload(client), steps=3, hold_at_step=1))
        ),
        run_pb2.RUN_STATE_INTERRUPTED,
    ),
    "get": (record, run_pb2.RUN_STATE_INTERRUPTED),
    "list": (
        lambda client, run_id: client.runs.ListRuns(run_pb2.ListRunsRequest()).runs[0],
        run_pb2.RUN_STATE_INTERRUPTED,
    ),
    "remove a checkpoint": (
        lambda client, run_id: client.runs.RemoveCheckpoint(run_pb2.RemoveCheckpointRequest(run_id=run_id, step=2)),
        run_pb2.RUN_STATE_INTERRUPTED,
    ),
    "pause": (
        lambda client, run_id: client.runs.PauseRun(run_pb2.PauseRunRequest(run_id=run_id)),
        run_pb2.RUN_STATE_INTERRUPTED,
    ),
    "cancel": (
        lambda client, run_id: client.runs.CancelRun(run_pb2.CancelRunRequest(run_id=run_id)),
        run_pb2.RUN_STATE_CANCELLED,
    ),
    "resume": (
        lambda client, run_id: client.runs.ResumeRun(run_pb2.ResumeRunRequest(run_id=run_id)),
        run_pb2.RUN_STATE_QUEUED,
    ),
    "finish": (
        lambda client, run_id: client.runs.FinishRun(run_pb2.FinishRunRequest(run_id=run_id, reason="enough")),
        run_pb2.RUN_STATE_QUEUED,
    ),
}
"""What a client may ask about a run, and the state it is told where the run's server was killed."""


@pytest.mark.parametrize("call", CALLS)
def test_no_call_takes_a_run_of_a_killed_server_for_a_running_one(launch: Launch, call: str) -> None:
    killed, living = launch(), launch().client()
    run_id = start(killed.client(), steps=3, hold_at_step=1)
    killed.kill()
    ask, state = CALLS[call]
    assert ask(living, run_id).state == state


def test_a_second_server_over_the_same_state_leaves_the_first_ones_runs_alone(launch: Launch) -> None:
    first = launch()
    client = first.client()
    run_id = start(client, steps=3, hold_at_step=1)
    watch_until(client, run_id, "step_ended")
    other = launch().client()
    assert record(other, run_id).state == run_pb2.RUN_STATE_RUNNING
    other.runs.CancelRun(run_pb2.CancelRunRequest(run_id=run_id))
    assert list(events(client, run_id))[-1].run_ended.state == run_pb2.RUN_STATE_CANCELLED


def test_shutdown_ends_the_process(launch: Launch) -> None:
    server = launch()
    client = server.client()
    client.control.Shutdown(control_pb2.ShutdownRequest())
    code, log = server.finish()
    assert code == 0
    assert {"time", "level", "logger", "message"} <= set(log[0])
    with pytest.raises(grpc.RpcError):
        handshake(client)


def test_a_state_folder_that_cannot_be_made_is_fatal(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    fatal = launch().announcement()
    assert fatal["event"] == "fatal"
    assert str(tmp_path / "state") in fatal["error"]["found"]


def test_a_record_of_a_newer_version_is_fatal(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with sqlite3.connect(tmp_path / "state" / "runs.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    fatal = launch().announcement()
    assert fatal["error"]["found"] == "schema version 99"


def test_the_server_is_ready_before_torch_is_imported() -> None:
    probe = "import sys, midblock_server.serve, midblock_server.core_engine; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", probe], cwd=SERVER_BRIDGE, capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_help_is_printed_for_people() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "midblock_server", "serve", "--help"],
        cwd=SERVER_BRIDGE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.startswith("usage:")
    assert "--stop-with-parent" in told.stdout


def test_a_missing_package_is_told_as_fatal(tmp_path: Path) -> None:
    (tmp_path / "grpc.py").write_text("raise ImportError('no grpc here')")
    told = subprocess.run(
        [sys.executable, "-m", "midblock_server", "serve"],
        cwd=SERVER_BRIDGE, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert told.returncode == 1
    assert '"environment-incomplete"' in told.stdout


def test_a_wrong_token_is_refused(launch: Launch) -> None:
    client = launch().client("wrong")
    with failing("unauthenticated"):
        handshake(client)


def test_passing_files_of_dead_servers_are_removed_and_those_of_living_ones_stay(
    launch: Launch, tmp_path: Path
) -> None:
    killed, living = launch(), launch()
    for server in (killed, living):
        handshake(server.client())
    folders = {folder.name.split("-")[0]: folder for folder in (tmp_path / "state" / "scratch").iterdir()}
    left, kept = (folders[str(server.process.pid)] / "merged-1" for server in (killed, living))
    for folder in (left, kept):
        folder.mkdir()
    killed.kill()
    handshake(launch().client())
    assert not left.parent.exists()
    assert kept.exists()
