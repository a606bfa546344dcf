"""Runs its arguments on a pseudo-terminal of TERMINAL_COLUMNS and plays standard input, JSON lines of [wait for, then type].

All that the terminal shows goes to stdout; the exit code is the command's, or 99 if it left the terminal changed.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios

steps = [json.loads(line) for line in sys.stdin]
pid, terminal = pty.fork()
if pid == 0:
    columns = int(os.environ["TERMINAL_COLUMNS"])
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])

before = termios.tcgetattr(terminal)
shown = b""
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:  # Linux says so when the last process has closed its end.
        break
    if not chunk:
        break
    shown += chunk
    os.write(1, chunk)
    if steps and steps[0][0].encode() in shown:
        os.write(terminal, steps.pop(0)[1].encode())

_, status = os.waitpid(pid, 0)
changed = termios.tcgetattr(terminal) != before
sys.exit(99 if changed else os.waitstatus_to_exitcode(status))
