"""Does work survive? Every fault of `tests/test_kill_jobs.py`, with many kills; prints a table.

PYTHONPATH=. python benchmarks/faults.py [--kills 20]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as Xml
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_RESULTS = {"failure": "FAILED", "error": "FAILED", "skipped": "skipped"}


def main() -> None:
    """Run the tests and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="moments at which a worker is killed")
    kills = parser.parse_args().kills
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "tests/test_kill_jobs.py"),
                *(f"--junit-xml={report}", f"--basetemp={folder}/tests", "--timeout=1800"),
            ],
            cwd=ROOT,
            env={**os.environ, "SEQSEL_TEST_KILLS": str(kills)},
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            sys.exit(done.stdout + done.stderr)
        cases = list(Xml.parse(report).iter("testcase"))
    print(f"{'fault':<72}{'result':>8}{'seconds':>9}")
    for case in cases:
        fault = case.get("name", "").removeprefix("test_").replace("_", " ")
        if "killed at any moment" in fault:
            fault += f" ({kills} moments)"
        result = next((_RESULTS[part.tag] for part in case if part.tag in _RESULTS), "survived")
        print(f"{fault:<72}{result:>8}{float(case.get('time', 0)):>9.1f}")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
