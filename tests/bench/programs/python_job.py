"""The one-shot job over the kernel's TCP. Arguments: address, port, message."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5) as connection:
    connection.sendall(sys.argv[3].encode())
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass
