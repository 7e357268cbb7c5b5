"""Which WSGI server carries this code best: Granian against gunicorn's threads.

Run it as `python -m benchmarks.servers` (needs `wrk` and gunicorn). Both serve the same app with
the same threads and answer the same full act of a consent, in turns, on SQLite.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import consent_post
from benchmarks.consent_post import LUA, ORIGIN, Round, Side
from privacy.config import Settings

THREADS = 16


def main() -> None:
    """Run both servers in turns and print what each does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("This needs wrk (Debian's package has the same name).")
    rounds: dict[str, list[Round]] = {}
    with ExitStack() as stack:
        sides = [_start(stack, name) for name in ("granian", "gunicorn")]
        for side, lua in sides:
            consent_post.run_round(side, lua, 1)
            rounds[side.name] = []
        for _ in range(asked.rounds):
            for side, lua in sides:
                rounds[side.name].append(consent_post.run_round(side, lua, asked.seconds))
    for name, seen in rounds.items():
        told = "  ".join(f"{r.rate:6.0f}/s p99 {r.p99} {r.cpu:4.0f} us" for r in seen)
        print(f"{name:9} {told}   refused: {sum(r.bad for r in seen)}")
    medians = {name: statistics.median(r.rate for r in seen) for name, seen in rounds.items()}
    print(f"ratio granian to gunicorn: {medians['granian'] / medians['gunicorn']:.2f}")


def _start(stack: ExitStack, name: str) -> tuple[Side, Path]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    port = consent_post.free_port()
    environment = {
        "PRIVACY_DATABASE_URL": f"sqlite:///{folder}/{name}.sqlite3",
        "PRIVACY_KEY_FILE": str(folder / "key.json"),
        "PRIVACY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PRIVACY_BIND": f"127.0.0.1:{port}",
        "PRIVACY_LOG_LEVEL": "ERROR",
    }
    rest = consent_post.fill(Settings.from_env(environment))
    lua = folder / "post.lua"
    lua.write_text(LUA.format(rest=rest.replace("'", "\\'"), origin=ORIGIN))
    command = {
        "granian": [sys.executable, "-m", "benchmarks.unlimited"],
        "gunicorn": [
            *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--threads", str(THREADS), "--workers", "1"),
            *("--no-control-socket", "--log-level", "error"),
            "benchmarks.unlimited:application()",
        ],
    }[name]
    process = stack.enter_context(consent_post.serving(command, environment, port))
    return Side(name, port, process), lua


if __name__ == "__main__":
    main()
