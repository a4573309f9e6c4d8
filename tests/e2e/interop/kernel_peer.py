#!/usr/bin/env python3
"""The ports of lwip_peer.c on the kernel's TCP: the host behind slirp4netns and pasta.
kernel_peer.py serve OCTETS"""
import socket, struct, sys, threading, time

PATTERN = bytes(i % 251 for i in range(251 * 300))
octets = int(sys.argv[2])


def say(port, what, n, bad, error, start):
    print(f"port {port} {what} {n} octets {'WRONG' if bad else 'right'} {error} {time.time() - start:.2f} s", flush=True)


def send_all(s, start, n):
    while n > 0:
        cut = min(n, 16384)
        s.sendall(PATTERN[start % 251:start % 251 + cut])
        start += cut
        n -= cut


def read_all(s):
    n, bad = 0, False
    while got := s.recv(16384):
        bad |= got != PATTERN[n % 251:n % 251 + len(got)]
        n += len(got)
    return n, bad


def serve(s, port):
    start, n, bad, error, what = time.time(), 0, False, None, "done"
    try:
        if port == 7:
            while got := s.recv(8192):
                bad |= got != PATTERN[n % 251:n % 251 + len(got)]
                n += len(got)
                s.sendall(got)
        elif port == 9:
            n, bad = read_all(s)
        elif port == 19:
            send_all(s, 0, octets)
            n = octets
            s.shutdown(socket.SHUT_WR)
            read_all(s)
        elif port == 5000:
            time.sleep(5)
            n, bad = read_all(s)
        elif port == 5001:
            s.recv(1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            what = "aborted"
        elif port == 5002:
            n, bad = read_all(s)
            send_all(s, 0, 100000)
        elif port == 5003:
            send_all(s, 0, 6)
        elif port == 5004:
            s.shutdown(socket.SHUT_WR)
            n, bad = read_all(s)
        elif port == 5005:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(5000):
                send_all(s, i * 10, 10)
            n = 50000
    except OSError as e:
        error = e
    s.close()
    say(port, what, n, bad, error, start)


def listen(port):
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=50)
    while True:
        s, _ = listener.accept()
        threading.Thread(target=serve, args=(s, port), daemon=True).start()


for port in (7, 9, 19, 5000, 5001, 5002, 5003, 5004, 5005):
    threading.Thread(target=listen, args=(port,), daemon=True).start()
time.sleep(0.2)
print("ready", flush=True)
time.sleep(3600)
