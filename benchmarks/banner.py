"""The banner beside its peers: what each costs a visitor, in one Chromium, in the same run.

Run it as `python -m benchmarks.banner [--rounds 5]`. It installs the peers from npm into a
temporary folder (`--peers FOLDER` keeps and reuses one), starts the real service with a shop, and
loads one page for each banner and one without, interleaved, each time as a visitor who was never
there. Peers come from the page's own host, compressed by brotli at its best; ours comes from the
service as it serves it.

What is counted, so that nobody has to guess:
- first visit: bytes of all bodies but the page's, as sent, and requests;
- return visit: bytes after brotli of all code that the page runs for a visitor who has answered,
  from the network or from the browser's cache, and the requests that reach the network;
- page and banner visible: the first contentful paint of the page, which a banner may delay, and
  the first frame in which the banner is painted, since the navigation began; medians, with the
  processor as it is and slowed down four times;
- blocking: what tasks take beyond 50 ms, at four times slower, less the page without a banner;
- main thread and script: their time on the processor over that of the page without a banner, at
  the machine's own speed; another process that runs beside does not lengthen it much;
- elements: of the page, less those of the page without a banner, before and 0.6 s after refusing;
- listeners and heap: the same difference, after a garbage collection, in loads without a probe.

Wall times depend on the machine and on what else it does; the ratios of one run compare.
"""

import argparse
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.banner_peers import BARE, DRAWN, OURS, PEERS, Banner, install, open_shop
from benchmarks.banner_probe import Load, measured, weighed
from tests.browser import running_chromium

SLOW = 4
ROWS = {
    "first visit, bytes": "bytes",
    "first visit, requests": "requests",
    "return visit, bytes": "return_bytes",
    "return visit, requests": "return_requests",
    "page visible, ms, 1x": "painted_1",
    "banner visible, ms, 1x": "visible_1",
    "page visible, ms, 4x": "painted_4",
    "banner visible, ms, 4x": "visible_4",
    "blocking over 50 ms, ms, 4x": "blocking_4",
    "main thread, ms of processor time": "thread",
    "script, ms of processor time": "script",
    "layout shift": "shift",
    "elements before the choice": "elements",
    "elements after the choice": "elements_after",
    "listeners": "listeners",
    "heap, kB": "heap",
}
AIMS = (
    ("blocking over 50 ms, ms, 4x", "blocking_4", 25),
    ("script, ms of processor time", "script", 3),
    ("layout shift", "shift", 0),
    ("elements before the choice", "elements", 25),
    ("heap, kB", "heap", 110),
)
"""What is wanted of ours in a run on a machine that does nothing else."""
Figures = dict[str, dict[str, float]]


def run(rounds: int, folder: Path) -> Figures:
    """Return the medians of every banner by the name of the figure."""
    loads: dict[tuple[str, int], list[Load]] = defaultdict(list)
    weights: dict[str, list[dict[str, float]]] = defaultdict(list)
    banners = (BARE, OURS, DRAWN, *PEERS)
    with open_shop(folder) as world, running_chromium() as browser:
        for number in range(rounds + 1):  # the first round warms everybody up
            for banner in banners:
                for slower in (1, SLOW):
                    load = measured(browser, world, banner, slower=slower)
                    if number:
                        loads[banner.name, slower].append(load)
                if number < 3:
                    weights[banner.name].append(weighed(browser, world, banner))
    return {one.name: _figures(one, loads, weights) for one in (OURS, DRAWN, *PEERS)}


def _figures(
    banner: Banner,
    loads: dict[tuple[str, int], list[Load]],
    weights: dict[str, list[dict[str, float]]],
) -> dict[str, float]:
    plain, slow = loads[banner.name, 1], loads[banner.name, SLOW]
    bare = statistics.median(load.blocking for load in loads[BARE.name, SLOW])
    found = {
        "painted_1": statistics.median(load.painted for load in plain),
        "painted_4": statistics.median(load.painted for load in slow),
        "visible_1": statistics.median(load.visible for load in plain),
        "visible_4": statistics.median(load.visible for load in slow),
        "blocking_4": statistics.median(load.blocking for load in slow) - bare,
        "shift": max(load.shift for load in plain + slow),
    }
    for name in weights[banner.name][0]:
        mine, other = (
            statistics.median(one[name] for one in weights[key])
            for key in (banner.name, BARE.name)
        )
        found[name] = mine - other
    return found


def tell(figures: Figures) -> None:
    """Print a table, with ours as a share of the best peer's."""
    names = [OURS.name, DRAWN.name, *(peer.name for peer in PEERS)]
    print("| | " + " | ".join(names) + " | ours / best peer |")
    print("|---|" + "--:|" * (len(names) + 1))
    for title, key in ROWS.items():
        values = [figures[name][key] for name in names]
        best = min(values[2:])
        ratio = f"{values[0] / best:.2f}" if best > 0 else "–"
        digits = 4 if key == "shift" else 0
        cells = " | ".join(f"{value:,.{digits}f}" for value in values)
        print(f"| {title} | {cells} | {ratio} |")


def judge(figures: Figures) -> list[str]:
    """Return what is wanted of the banner, each with whether this run shows it."""
    ours = figures[OURS.name]
    lines = []
    for key, speed in (("visible_1", "1x"), ("visible_4", "4x")):
        later = [peer.name for peer in PEERS if figures[peer.name][key] > ours[key]]
        rank = len(PEERS) - len(later) + 1
        wanted = f"visible before every peer of the same run, {speed}"
        lines.append(_verdict(wanted, f"number {rank} of {len(PEERS) + 1}", good=rank == 1))
    for title, key, most in AIMS:
        good = ours[key] <= most
        lines.append(_verdict(f"{title}, at most {most}", f"{ours[key]:.1f}", good=good))
    return lines


def _verdict(wanted: str, found: str, *, good: bool) -> str:
    return f"- {'met' if good else 'MISSED'}: {wanted}: {found}"


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description="Measure the banner beside its peers.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path, help="folder to install the peers into, kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.peers or Path(temporary)
        install(folder)
        figures = run(given.rounds, folder)
        tell(figures)
        print("", *judge(figures), sep="\n")


if __name__ == "__main__":
    main()
