"""The command line: `python -m midblock_server serve ...`, `health ...` or `merge ...`, turned into settings."""

from __future__ import annotations

import argparse
import os
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import NoReturn

from midblock_server.core.errors import MidblockServerError
from midblock_server.core.types import LoadSettings
from midblock_server.settings import HealthSettings, MergeSettings, ServeSettings, TlsFiles

TOKEN_VARIABLE = "MIDBLOCK_TOKEN"


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing prose, so that the caller can tell the fault in the form its readers parse."""

    def error(self, message: str) -> NoReturn:
        raise MidblockServerError(
            "invalid-options", f"The command line is wrong: {message}", wanted=self.format_usage().strip()
        )


def parse_command(
    arguments: Sequence[str], environment: MutableMapping[str, str] = os.environ
) -> ServeSettings | HealthSettings | MergeSettings:
    """Reads arguments and token into checked settings.

    The token is taken out of ``environment``, so that no child process inherits it.
    Raises ``MidblockServerError`` ("invalid-options") with all faults.
    """
    environment_token = environment.pop(TOKEN_VARIABLE, "")
    options = _build_parser().parse_args(arguments)
    if options.command == "health":
        return HealthSettings(options.address, options.tls_certificate)
    if options.command == "merge":
        return _merge_settings(options)
    settings = _serve_settings(options, environment_token)
    settings.check()
    return settings


def _merge_settings(options: argparse.Namespace) -> MergeSettings:
    cache_folder = options.cache_folder.absolute()
    base = LoadSettings(source=options.base, cache_folder=cache_folder, device="cpu", dtype=options.dtype)
    return MergeSettings(base, trained=options.trained.absolute(), out=options.out.absolute())


def _serve_settings(options: argparse.Namespace, environment_token: str) -> ServeSettings:
    return ServeSettings(
        model=LoadSettings(
            source=options.model,
            cache_folder=options.cache_folder.absolute(),
            device=options.device,
            dtype=options.dtype,
            threads=options.threads,
            max_sequence_tokens=options.max_sequence_tokens,
            quantization=options.quantization,
        ),
        state_folder=options.state_folder.absolute(),
        listen=options.listen,
        token=_read_token(options.token_file) if options.token_file else environment_token,
        tls=_tls_files(options.tls_certificate, options.tls_key),
        stop_with_parent=options.stop_with_parent,
    )


def _build_parser() -> _Parser:
    parser = _Parser(prog="midblock_server", description="Holds a language model and trains the middle of it.")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_serve_options(commands.add_parser("serve", help="serve one model over gRPC"))
    health = commands.add_parser("health", help="ask a server whether it serves; exit code 0 if it does")
    health.add_argument("--address", required=True, help="host:port or unix:/path")
    health.add_argument("--tls-certificate", type=Path, metavar="FILE", help="the server's own PEM certificate")
    _add_merge_options(commands.add_parser("merge", help="write a base model with trained weights in it"))
    return parser


def _add_merge_options(merge: argparse.ArgumentParser) -> None:
    add = merge.add_argument
    add("base", help="what the weights were trained from: built-in name, folder, GGUF file, or hub id")
    add("trained", type=Path, help="folder with an adapter, or with changed tensors, as a run saves them")
    add("out", type=Path, help="new folder for the whole model, in the hub's layout")
    add("--cache-folder", required=True, type=Path, help="keeps downloaded and converted models")
    dtypes = ["stored", "float32", "bfloat16", "float16"]
    add("--dtype", default="stored", choices=dtypes, help="of the result; stored: as the base's files (the default)")


def _add_serve_options(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument
    add("--model", required=True, help="built-in name, folder with safetensors, GGUF file, or hub id")
    add("--state-folder", required=True, type=Path, help="keeps data sets, runs and checkpoints")
    add("--cache-folder", required=True, type=Path, help="keeps downloaded and converted models")
    add("--listen", default="127.0.0.1:0", help="unix:/path or host:port (default: %(default)s, a free port)")
    add("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps (default: %(default)s)")
    add("--dtype", default="auto", choices=["auto", "float32", "bfloat16", "float16"], help="default: %(default)s")
    add("--quantization", default="none", choices=["none", "nf4"], help="nf4: linear maps in 4 bits, by bitsandbytes")
    add("--threads", default=0, type=_not_negative, help="0: OMP_NUM_THREADS, or the physical cores")
    add("--max-sequence-tokens", default=0, type=_not_negative, help="0: the model's context length")
    add("--stop-with-parent", action="store_true", help="exit when standard input ends or the parent process dies")
    add("--tls-certificate", type=Path, metavar="FILE", help="PEM certificate chain; needs --tls-key")
    add("--tls-key", type=Path, metavar="FILE", help="PEM private key of the certificate")
    add("--token-file", type=Path, metavar="FILE", help=f"holds the token (else: environment {TOKEN_VARIABLE})")


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"found {text}, wanted 0 or more")
    return number


def _read_token(file: Path) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MidblockServerError(
            "invalid-options", f"The token file {file} can't be read", found=str(error), wanted="a file with the token"
        ) from error


def _tls_files(certificate: Path | None, key: Path | None) -> TlsFiles | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise MidblockServerError(
            "invalid-options",
            "TLS needs a certificate and its key",
            found="only --tls-certificate" if certificate else "only --tls-key",
            wanted="both --tls-certificate and --tls-key",
        )
    return TlsFiles(certificate, key)
