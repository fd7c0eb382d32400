"""Ctrl-C wherever the main thread looks for signals while shards are written: no thread, no half set of shards."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import faulthandler, os, sys, tempfile, threading
from penstock.core import waiting
from penstock.records import ShardedWriter, sharded_writer

waiting.GLANCE = 0.01
sharded_writer._PIECE_BYTES = 40
PLACES = ("threading.py", "waiting.py", "worker.py", "sharded_writer.py")
SHARDS = {"a-0-of-2", "a-1-of-2", "a.manifest.json"}

class Interrupt:
    def __init__(self, at):
        self.at, self.count, self.place = at, 0, None

    def __call__(self, frame, event, arg):
        if event in ("call", "c_return") and frame.f_code.co_filename.endswith(PLACES):
            self.count += 1
            if self.count == self.at:
                self.place = f"{frame.f_code.co_name}, line {frame.f_lineno}, {event} {arg!r}"
                raise KeyboardInterrupt

def write(folder, interrupt):
    pattern = os.path.join(folder, "a-{shard}-of-{shards}")
    with ShardedWriter(pattern, shards=2, num_threads=2) as writer:
        sys.setprofile(interrupt)
        try:
            for i in range(20):
                writer.write(b"record %d" % i)
            writer.close()
        finally:
            sys.setprofile(None)

at, wrong = 0, []
while True:
    at += 1
    interrupt = Interrupt(at)
    faulthandler.dump_traceback_later(60, exit=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            write(folder, interrupt)
        except KeyboardInterrupt:
            pass
        except BaseException as err:
            wrong.append(f"{interrupt.place}: {err!r}")
        final = {name for name in os.listdir(folder) if not name.endswith(".tmp")}
        if final not in (set(), SHARDS):
            wrong.append(f"{interrupt.place}: {sorted(final)}")
    left = [t for t in threading.enumerate() if t.is_alive() and t.name.startswith("penstock")]
    for thread in left:
        thread.join(1)  # one that was starting
        if thread.is_alive():
            wrong.append(f"{interrupt.place}: {thread}")
    if interrupt.place is None or wrong:
        break
faulthandler.cancel_dump_traceback_later()
print(at, *wrong, sep="\\n")
"""


@pytest.mark.fault
def test_ctrl_c_at_every_place() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    places, *wrong = done.stdout.splitlines()
    assert wrong == []
    assert int(places) > 100
