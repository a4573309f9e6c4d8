"""The one-shot job by hand, as scapy's users write it. Arguments: address, port, message.

The kernel must be kept from answering the peer's SYN-ACK with a RST: a firewall rule does it.
"""

import random
import sys

from scapy.layers.inet import IP, TCP
from scapy.sendrecv import send, sr1

address, port, message = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
ip = IP(dst=address)
source = random.randint(20000, 60000)
iss = random.getrandbits(31)


def segment(flags, seq, ack=0):
    return ip / TCP(sport=source, dport=port, flags=flags, seq=seq, ack=ack)


def exchange(packet):
    answer = sr1(packet, timeout=3, verbose=0)
    if answer is None or answer[TCP].flags.R:
        sys.exit("no answer")
    return answer[TCP]


syn_ack = exchange(segment("S", iss))
nxt, rcv = iss + 1, syn_ack.seq + 1
send(segment("A", nxt, rcv), verbose=0)
ack = exchange(segment("PA", nxt, rcv) / message)
nxt += len(message)
if ack.ack != nxt:
    sys.exit("not acknowledged")
last = exchange(segment("FA", nxt, rcv))
if last.flags.F:
    rcv = last.seq + 1
send(segment("A", nxt + 1, rcv), verbose=0)
