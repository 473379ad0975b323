"""Several processes that work on one sweep. One that is lost is replaced, and its trial begun anew."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import sys
import time
from collections.abc import Callable

from .sweep import RETRIES, Plan, Sweep, Trial

_POLL = 0.2
_USAGE = 2


def work_together(plan: Plan, workers: int, tell: Callable[[Trial], None], note: Callable[[str], None]) -> None:
    """Let so many processes work until the sweep is finished.

    Args:
        plan: the sweep.
        workers: how many processes.
        tell: called with each trial that is finished meanwhile.
        note: called with what the user should know, such as the loss of a worker.

    Raises:
        ValueError: the workers end before the sweep is finished.
        KeyboardInterrupt: someone asked to stop; the workers have stopped too.
    """
    sweep = Sweep(plan)
    told = {trial.number for trial in sweep.finished()}
    processes = [_start(plan) for _ in range(workers)]
    lost = 0
    try:
        while True:
            finished = sweep.finished()
            for trial in finished:
                if trial.number not in told:
                    told.add(trial.number)
                    tell(trial)
            if len(finished) >= plan.trials:
                return
            for i, process in enumerate(processes):
                if process.is_alive() or process.exitcode == 0:
                    continue
                lost += 1
                if process.exitcode == _USAGE or lost > RETRIES * workers:
                    raise ValueError("the workers cannot go on: what stopped them stands above")
                note(f"a worker was lost (exit code {process.exitcode}); its trial is begun anew by another")
                processes[i] = _start(plan)
            time.sleep(_POLL)
    finally:
        for process in processes:
            process.join(timeout=20)
            if process.is_alive():
                process.terminate()


def _start(plan: Plan) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(plan,), daemon=False)
    process.start()
    return process


def _work(plan: Plan) -> None:
    try:
        Sweep(plan).work()
    except ValueError as problem:
        print(f"byhand: {problem}", file=sys.stderr)
        sys.exit(_USAGE)
    except KeyboardInterrupt:
        sys.exit(0)
