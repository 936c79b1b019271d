"""A scheduler of dask and two workers on this machine, each a process of its own, started again when one was killed."""

import json
import os
import sys
import time
from pathlib import Path

import psutil

WAIT_SECONDS = 120.0


class DaskHere:
    """Start them; a scheduler that is started again has the same address, so its workers come back."""

    def __init__(self, folder, workers=2):
        self.folder = Path(folder)
        (self.folder / "scratch").mkdir(parents=True)
        self._note = self.folder / "scheduler.json"
        self.address, self.scheduler, self.workers = "", None, []
        self.start_scheduler()
        self.workers = [self._worker() for _ in range(workers)]
        self._wait_for_workers()

    @property
    def processes(self):
        return [self.scheduler, *self.workers]

    def start_scheduler(self):
        """Start the scheduler, and forget one that was killed."""
        if self.scheduler:
            self.scheduler.kill()
            self.scheduler.wait()
        self._note.unlink(missing_ok=True)
        place = ["--port", self.address.rpartition(":")[2] or "0"]
        self.scheduler = self._start("scheduler", "--host", "tcp://127.0.0.1", *place, "--scheduler-file", self._note)
        self._until(lambda: self._note.exists() and self._note.read_text().endswith("}"))
        self.address = json.loads(self._note.read_text())["address"]
        if self.workers:
            self.mend()
            self._wait_for_workers()

    def mend(self):
        """Start again what was killed."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[number] = self._worker()
        self._wait_for_workers()

    def files(self):
        """List what the grader has left in the workers' scratch folders."""
        walked = os.walk(self.folder / "scratch")  # which does not mind what goes away meanwhile
        return [Path(folder, name) for folder, names, _ in walked for name in names if name.startswith("unroll-")]

    def close(self):
        for process in self.processes[::-1]:
            process.kill()
            process.wait()

    def _worker(self):
        local = ["--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--death-timeout", "600"]
        return self._start("worker", self.address, "--local-directory", self.folder / "scratch", *local)

    def _start(self, *words):
        command = [sys.executable, "-m", "dask", *map(str, words), "--no-dashboard"]
        with (self.folder / "log").open("ab") as log:
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            return psutil.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def _wait_for_workers(self):
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=WAIT_SECONDS)

    def _until(self, true):
        end = time.monotonic() + WAIT_SECONDS
        while not true():
            assert time.monotonic() < end, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.1)
