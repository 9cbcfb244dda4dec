"""Relays connections from the machine to the host's systemd, which refuses peers of another pid namespace.
usage: relay.py SOCKET"""
import socket
import sys
import threading


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
while True:
    caller = listening.accept()[0]
    systemd = socket.socket(socket.AF_UNIX)
    try:
        systemd.connect("/run/systemd/private")
    except OSError:
        caller.close()
        continue
    for pair in ((caller, systemd), (systemd, caller)):
        threading.Thread(target=copy, args=pair, daemon=True).start()
