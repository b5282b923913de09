"""
Rewrites the file in place, without a lock, as an editor does that truncates a file and writes it after a moment. Notes what it
has truncated without having read it: `overwrote`, which is its own loss and not ours. Parameters: those of outsider.py, target.
"""
import os
import time
from outsider import add_lines, hold, params, read, with_line

target = params["target"]


def rewrite(line, _number):
    text = with_line(read(target), line)
    hold()
    start = time.time()
    # What an update publishes from here on displaces this file.
    descriptor = os.open(target, os.O_RDWR)
    with open(descriptor, "r+", encoding="utf-8", newline="") as opened:
        written = set(text.split("\n"))
        overwrote = [old for old in opened.read().split("\n") if old not in written]
        opened.seek(0)
        opened.truncate()
        hold()
        opened.write(text)
    return {"outcome": "written", "overwrote": overwrote, "from": start * 1000, "to": time.time() * 1000}


add_lines(rewrite)
