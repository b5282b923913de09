"""
Adds lines under the lock, as the PACT plugin's Python hooks do: polls the sidecar with `fcntl.flock`, reads the file, writes a
temporary file and gives that the file's name. Knows no claims, leaves no record and does not compare inodes. Parameters:
those of outsider.py, target, sidecar.
"""
import fcntl
import os
import time
from outsider import add_lines, hold, params, read, with_line

PAUSE = 0.002
target = params["target"]
temporary = f"{target}.{params['name']}"


def lock():
    descriptor = os.open(params["sidecar"], os.O_CREAT | os.O_RDWR, 0o666)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            time.sleep(PAUSE)


def replace_locked(line, _number):
    descriptor = lock()
    try:
        text = with_line(read(target), line)
        hold()
        with open(temporary, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
        os.replace(temporary, target)
    finally:
        os.close(descriptor)
    return {"outcome": "written"}


add_lines(replace_locked)
