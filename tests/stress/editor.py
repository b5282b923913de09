"""
Replaces the file, without a lock: reads it, adds a line, writes a temporary file, gives that the file's name. Where the
kernel can, it swaps the two names, and so knows what it has overwritten without having read it: `overwrote`, which is its
own loss and not ours. Parameters: those of outsider.py, target.
"""
import ctypes
import os
from outsider import add_lines, hold, libc, params, read, with_line

AT_FDCWD, RENAME_EXCHANGE = -100, 2
target = params["target"]
temporary = f"{target}.{params['name']}"


def replace(line, _number):
    text = with_line(read(target), line)
    with open(temporary, "w", encoding="utf8", newline="") as opened:
        opened.write(text)
    hold()
    if libc.renameat2(AT_FDCWD, temporary.encode(), AT_FDCWD, target.encode(), RENAME_EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")
    written = set(text.split("\n"))
    overwrote = [old for old in read(temporary).split("\n") if old not in written]
    os.unlink(temporary)
    return {"outcome": "written", "overwrote": overwrote}


add_lines(replace)
