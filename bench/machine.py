"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import time
import timeit
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.chromium import executable

ADDITIONS = 5_000_000


def additions() -> float:
    """Seconds for ADDITIONS additions, the least of three times: the same virtual machine is not always as fast."""
    return min(timeit.repeat("s = 0\nfor i in range(n): s += i", number=1, repeat=3, globals={"n": ADDITIONS}))


def describe() -> list[tuple[str, str]]:
    """Name and value of what matters for comparing figures. Call it before measuring: it notes the load."""
    return [
        ("Date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("Processor", f"{_processor()}, {len(os.sched_getaffinity(0))} cores"),
        ("Speed of a core", f"{additions():.2f} s for {ADDITIONS:,} additions in Python"),
        ("Memory", f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"),
        ("Load before measuring", f"{os.getloadavg()[0]:.1f} runnable processes (1 minute)"),
        ("System", f"{platform.system()} {platform.release().partition('-')[0]}"),
        ("Python", platform.python_version()),
        ("Mesop", version("mesop")),
        ("Chromium", _chromium()),
    ]


def core_share(seconds: float = 0.5) -> float:
    """The share of one core that a busy loop of that length gets."""
    begun, computed = time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds:
        pass
    return (time.process_time() - computed) / (time.perf_counter() - begun)


def _processor() -> str:
    try:
        match = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        match = None
    return match[1] if match else platform.processor() or platform.machine()


def _chromium() -> str:
    program = executable() or "chromium"
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return f"Playwright {version('playwright')}'s own"
    match = re.search(r"\d+(\.\d+)+", shown)
    return match[0] if match else shown.strip()
