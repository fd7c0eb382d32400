"""Generate `*_pb2.py` and `*_pb2.pyi` from the `.proto` files of this folder: `python proto/generate.py`.

Needs `grpcio-tools` in the version that `COMPILER` pins (`make proto` installs it in a venv of its own). Generated code
must run on the oldest protobuf runtime that the project allows (5.26), and a compiler older than 5.27 writes no runtime
check into it, so that it also runs on every newer runtime, more than one major version ahead.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tempfile
from pathlib import Path

COMPILER = "1.64.3"  # carries protoc 26.1, whose Python code needs protobuf >= 5.26
FOLDER = Path(__file__).resolve().parent
# protoc names imports after the import path of the file; the package itself imports relatively. The messages get a pool
# of their own in place of protobuf's.
_REPLACED = {
    "from penstock.proto import ": "from . import ",
    "from google.protobuf import descriptor_pool as _descriptor_pool": "from . import pool as _descriptor_pool",
}


def installed_compiler() -> str | None:
    """Return the installed version of grpcio-tools, or None."""
    try:
        return importlib.metadata.version("grpcio-tools")
    except importlib.metadata.PackageNotFoundError:
        return None


def generate() -> dict[str, str]:
    """Run the compiler in a temporary folder; return the text of each generated file by name."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        package = root / "penstock" / "proto"
        package.mkdir(parents=True)
        sources = sorted(FOLDER.glob("*.proto"))
        for source in sources:
            (package / source.name).write_bytes(source.read_bytes())
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{root}", f"--python_out={root}", f"--pyi_out={root}"]
        subprocess.run([*command, *(f"penstock/proto/{s.name}" for s in sources)], cwd=root, check=True)
        made = sorted(p for p in package.iterdir() if p.suffix in (".py", ".pyi"))
        return {p.name: _at_home(p.read_text(encoding="utf-8")) for p in made}


def _at_home(text: str) -> str:
    """Return generated code as part of this package."""
    for absolute, relative in _REPLACED.items():
        text = text.replace(absolute, relative)
    return text


def main() -> int:
    """Write the generated files beside their sources; refuse another compiler than the pinned one."""
    if installed_compiler() != COMPILER:
        print(f"proto/generate.py: needs grpcio-tools=={COMPILER}. Received: {installed_compiler()}.", file=sys.stderr)
        return 1
    for name, text in generate().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote proto/{name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
