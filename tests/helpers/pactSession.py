"""
Does to a project what a session start of the PACT plugin does: under the lock as its Python hooks take it, makes CLAUDE.md if
there is none, and names its session there, where it has found the session before; journals its start and, as the user may,
that the work is paused. Parameters, as one JSON object: project, config, session, pause, and how, which is `in-place` (truncates
and writes) or `replace` (a temporary file, renamed). Prints one object: whether it has `reported` paused work of the session
before, what it has `done` to the file, and its `block`.
"""
import fcntl
import json
import os
import re
import sys
import time

START, END = "<!-- SESSION_START -->", "<!-- SESSION_END -->"
COMMENT = "<!-- Auto-managed by session_init hook. Overwritten each session. -->"
MANAGED = "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->"
MANAGED_END, MEMORY, MEMORY_END = "<!-- PACT_MANAGED_END -->", "<!-- PACT_MEMORY_START -->", "<!-- PACT_MEMORY_END -->"
TIMEOUT, PAUSE = 5, 0.1

params = json.loads(sys.argv[1])
project, session = params["project"], params["session"]
name = os.path.basename(os.path.realpath(project))
folder = os.path.join(params["config"], "pact-sessions", re.sub("[^A-Za-z0-9_-]+", "_", name), session)
candidates = [os.path.join(project, ".claude/CLAUDE.md"), os.path.join(project, "CLAUDE.md")]
target = next((file for file in candidates if os.path.exists(file)), candidates[0])


def read(file):
    with open(file, encoding="utf-8", newline="") as opened:
        return opened.read()


def locked(work):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    sidecar = os.path.join(os.path.dirname(os.path.realpath(target)), ".CLAUDE.md.lock")
    descriptor = os.open(sidecar, os.O_CREAT | os.O_RDWR, 0o600)
    deadline = time.monotonic() + TIMEOUT
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return work()
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return "skipped: no lock"
                time.sleep(PAUSE)
    finally:
        os.close(descriptor)


def publish(text):
    if params["how"] == "in-place":
        with open(target, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
        os.chmod(target, 0o600)
        return
    temporary = f"{target}.{session}.tmp"
    with open(temporary, "x", encoding="utf-8", newline="") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(temporary, target)


def memory():
    sections = ["## Retrieved Context", "", "## Pinned Context", "", "## Working Memory"]
    return "\n".join([MEMORY, *sections, MEMORY_END])


def make():
    if os.path.exists(target):
        return None
    empty = "\n".join([START, "## Current Session", COMMENT, END])
    title = "# PACT Framework and Managed Project Memory"
    publish("\n".join([MANAGED, title, "", empty, "", memory(), "", MANAGED_END, ""]))
    return "made the file"


block = "\n".join(
    [
        START,
        "## Current Session",
        COMMENT,
        f"- Resume: `claude --agent PACT:pact-orchestrator --resume {session}`",
        f"- Team: `session-{session[:8]}`",
        f"- Session dir: `{folder}`",
        "- Plugin root: `/plugins/cache/pact-plugin/PACT/4.6.41`",
        f"- Started: {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC",
        END,
    ]
)


def name_session():
    text = read(target)
    start, end = text.find(START), text.find(END)
    if start != -1 and end > start:
        publish(text[:start] + block + text[end + len(END) :])
        return "replaced its block"
    at = text.find(MEMORY)
    publish(text[:at] + block + "\n\n" + text[at:] if at != -1 else f"{text}\n{block}\n")
    return "added its block"


def paused_before():
    found = re.search("- Session dir: `([^`]+)`", read(target))
    journal = found and os.path.join(found[1], "session-journal.jsonl")
    if not journal or not os.path.exists(journal):
        return False
    return any(json.loads(line).get("type") == "session_paused" for line in read(journal).splitlines() if line)


def journal(event_type, **fields):
    os.makedirs(folder, mode=0o700, exist_ok=True)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = {"v": 1, "type": event_type, "ts": stamp, **fields}
    with open(os.path.join(folder, "session-journal.jsonl"), "ab") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.write(json.dumps(event).encode() + b"\n")


made = locked(make)
journal("session_start", team=f"session-{session[:8]}", session_id=session, project_dir=project, worktree="")
reported = paused_before()
done = locked(name_session)
if params["pause"]:
    pull = {"pr_number": 7, "pr_url": "https://example.com/7", "branch": "b", "worktree_path": project}
    journal("session_paused", consolidation_completed=True, **pull)
print(json.dumps({"reported": reported, "done": [made, done], "block": block}))
