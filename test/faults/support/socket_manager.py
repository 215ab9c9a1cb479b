"""Holds a listening socket as a service manager does (sd_listen_fds) and starts and stops a program behind it, as it is told
line by line: `start` answers with the process id, `stop` with the exit status. Node can not hold a socket without taking
connections from it."""

import os
import signal
import socket
import sys

address, port, *command = sys.argv[1:]
listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind((address, int(port)))
listening.listen(511)
if listening.fileno() != 3:
    os.dup2(listening.fileno(), 3)
    listening.close()
os.set_inheritable(3, True)
child = None
for line in sys.stdin:
    if line.strip() == "start":
        child = os.fork()
        if child == 0:
            environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
            os.execvpe("setpriv", ["setpriv", "--pdeathsig=KILL", "--", *command], environment)
        print(child, flush=True)
    else:
        os.kill(child, signal.SIGTERM)
        print(os.waitpid(child, 0)[1], flush=True)
