import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from privacy.audit.verify import verify_log
from privacy.clock import system_clock
from privacy.db import Database
from tests.audit.logs import SIGNER, append, bodies

LOOP = """
import sys
from datetime import timedelta
from privacy.clock import system_clock
from privacy.db import Database
from tests.audit.logs import sequencer

later = timedelta(minutes=int(sys.argv[2]))
sealing = sequencer(Database.connect(sys.argv[1]), lambda: system_clock() + later)
print("started", flush=True)
while True:
    sealing.integrate(limit=3)
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(60)
def test_a_sequencer_killed_at_any_moment_leaves_no_gap(database: Database, database_url: str):
    for life in range(4):
        append(database, 300, system_clock())
        # Each life's clock is ahead of the last one's lease.
        command = [sys.executable, "-c", LOOP, database_url, str(life)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(0.05 + 0.03 * life)
            process.send_signal(signal.SIGKILL)
    stored = bodies(database)
    assert 0 < len(stored) == len(set(stored))
    verdict = verify_log(database, [SIGNER.verifier], at=system_clock())
    assert (verdict.faults, verdict.size) == ((), len(stored))
