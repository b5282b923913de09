"""What the outsiders in Python share. Parameters: those of addLines.mjs."""
import ctypes
import json
import os
import random
import sys
import time

params = json.loads(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)


def read(file):
    with open(file, encoding="utf-8", newline="") as opened:
        return opened.read()


def with_line(text, line):
    return text + ("\n" if text and not text.endswith("\n") else "") + line + "\n"


def hold():
    """Sleeps for at most holdMs, one time in ten for at most longHoldMs."""
    longest = params["longHoldMs"] if random.random() < 0.1 else params["holdMs"]
    time.sleep(random.random() * longest / 1000)


def add_lines(add):
    """Adds numbered lines until the stop file appears, and notes what `add` returns of each, as addLines.mjs does."""
    with open(params["notes"], "a", buffering=1) as notes:
        n = 0
        while not os.path.exists(params["stop"]):
            line = f"{params['name']}:{n};"
            start = time.time()
            note = add(line, n)
            times = {"from": start * 1000, "to": time.time() * 1000}
            notes.write(json.dumps({"line": line, **times, **note}) + "\n")
            n += 1
            time.sleep(random.random() * params["pauseMs"] / 1000)
