"""Triton without a container: runs the server that the PyPI package `nvidia-pytriton` brings on a model repository.

    python serve.py --repository build/triton --http-port 8000

It is the same binary as in NVIDIA's containers, with the Python backend alone; graphs run in `backends/onnxruntime`.
Linux, CPython 3.8 to 3.13; the environment of the python that runs this serves the models as well.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import shutil
import signal
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

PR_SET_PDEATHSIG = 1  # from linux/prctl.h
BACKENDS = Path(__file__).parent / "backends"


def main() -> int:
    """Replaces this process with tritonserver. Returns an exit status only if that fails."""
    arguments, others = parse_arguments()
    package = find_spec("pytriton")
    if package is None or package.origin is None:
        print("nvidia-pytriton is not installed: pip install -r deploy/triton/requirements.txt", file=sys.stderr)
        return 2
    server = Path(package.origin).parent / "tritonserver"
    backends = make_backends(server)
    command = [
        str(server / "bin/tritonserver"),
        f"--model-repository={arguments.repository}",
        f"--backend-directory={backends}",
        f"--http-port={arguments.http_port}",
        f"--http-address={arguments.http_address}",
        "--disable-auto-complete-config",  # the configurations are complete; auto-completion would start each model
        "--allow-grpc=false",
        "--allow-metrics=false",
        *others,
    ]
    # Triton starts its stubs through bash, which reads ~/.bashrc if stdin is a socket, as Node's pipes are; a PATH
    # that is changed there would give the stubs another Python.
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    if arguments.end_with_parent:
        end_with_parent()
    os.execve(command[0], command, environment(server))  # noqa: S606 - the arguments are ours
    return 1


def parse_arguments() -> tuple[argparse.Namespace, list[str]]:
    """Parses the command line; unknown flags go to tritonserver, where a later flag overrides an earlier one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=Path, required=True, help="made by `npm run triton-repository`")
    parser.add_argument("--http-port", type=int, default=8000)
    parser.add_argument("--http-address", default="127.0.0.1")
    parser.add_argument("--end-with-parent", action="store_true", help="stop when whoever started this dies")
    return parser.parse_known_args()


def make_backends(server: Path) -> Path:
    """Creates a folder of backends: the package's Python backend with the stub of this Python version, and ours.

    It contains copies, inside the environment: Triton refuses a library if a link leads out of its folder.
    """
    folder = Path(sys.prefix) / "triton-backends"
    shutil.copytree(server / "backends", folder, dirs_exist_ok=True)
    shutil.copytree(BACKENDS, folder, dirs_exist_ok=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copy(server / "python_backend_stubs" / version / "triton_python_backend_stub", folder / "python")
    return folder


def environment(server: Path) -> dict[str, str]:
    """Variables by which the server and its stubs find the libraries and, first on PATH, this Python."""
    libraries = [str(server.parent.with_name("nvidia_pytriton.libs")), str(sysconfig.get_config_var("LIBDIR"))]
    return {
        **os.environ,
        "LD_LIBRARY_PATH": os.pathsep.join([*libraries, os.environ.get("LD_LIBRARY_PATH", "")]).rstrip(os.pathsep),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }


def end_with_parent() -> None:
    """Asks the kernel to stop the server when its parent dies, so that no server is left running."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
