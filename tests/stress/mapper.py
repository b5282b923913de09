"""
Writes through a shared mapping of the file, without a lock, and takes its time between the mapping and the write. Each line
goes into a slot of its own, which the file has from the beginning: a mapping cannot extend a file. Every second time the
descriptor is closed at once, so that the mapping alone holds the file. Parameters: those of outsider.py, target.
"""
import ctypes
import os
from outsider import add_lines, hold, libc, params

PROT_READ_WRITE, MAP_SHARED = 3, 1
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


def write_slot(line, number):
    fd = os.open(params["target"], os.O_RDWR)
    is_closed_early = number % 2 == 0
    try:
        size = os.fstat(fd).st_size
        address = libc.mmap(None, size, PROT_READ_WRITE, MAP_SHARED, fd, 0)
        if is_closed_early:
            os.close(fd)
        hold()
        name = f"slot {number} of {params['name']}\n".encode()
        at = ctypes.string_at(address, size).find(name)
        if at >= 0:
            ctypes.memmove(address + at + len(name), line.encode(), len(line))
        libc.munmap(address, size)
    finally:
        if not is_closed_early:
            os.close(fd)
    return {"outcome": "written" if at >= 0 else "failed"}


add_lines(write_slot)
