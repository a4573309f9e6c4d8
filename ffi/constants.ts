/**
 * Numbers of the Linux socket interface, each with the header it comes from. They are the same on x86-64 and
 * AArch64, the two architectures that Deno runs on.
 *
 * @module
 */

// <bits/socket.h>: address families and socket types
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

// <bits/socket.h>: flags of send and recv
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;

// <netinet/in.h>: protocols; <linux/icmpv6.h>
export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_ICMPV6 = 58;

// <asm-generic/socket.h>
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_OOBINLINE = 10;
export const SO_NETNS_COOKIE = 71;
export const SO_LINGER = 13;
export const SO_BINDTODEVICE = 25;
export const SO_ATTACH_FILTER = 26;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
/** The option, and the type of the ancillary record that it asks for. */
export const SO_TIMESTAMPNS = 35;
export const SO_MARK = 36;

export const SO_BINDTOIFINDEX = 62;

// <linux/in.h>: options at IPPROTO_IP
export const IP_TOS = 1;
export const IP_HDRINCL = 3;
export const IP_MTU_DISCOVER = 10;
export const IP_MTU = 14;
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const IP_MINTTL = 21;

export const IP_UNICAST_IF = 50;

/** IP_PMTUDISC_INTERFACE, and the same of IPv6: the interface's MTU counts, and no other; since Linux 3.14. */
export const PMTUDISC_INTERFACE = 4;

// <linux/in6.h>: options at IPPROTO_IPV6, also the types of the ancillary records they ask for
export const IPV6_MTU_DISCOVER = 23;
export const IPV6_MTU = 24;
export const IPV6_V6ONLY = 26;
export const IPV6_HDRINCL = 36;
export const IPV6_RECVPKTINFO = 49;
export const IPV6_PKTINFO = 50;
export const IPV6_RECVHOPLIMIT = 51;
export const IPV6_HOPLIMIT = 52;
export const IPV6_RECVTCLASS = 66;
export const IPV6_TCLASS = 67;
export const IPV6_MINHOPCOUNT = 73;

// <linux/tcp.h>: options at IPPROTO_TCP
export const TCP_NODELAY = 1;
export const TCP_MAXSEG = 2;
export const TCP_CONGESTION = 13;
export const TCP_MD5SIG_EXT = 32;

// <linux/netlink.h>: protocol of a netlink socket
export const NETLINK_ROUTE = 0;
export const NETLINK_XFRM = 6;
export const NETLINK_NETFILTER = 12;

// <linux/if_ether.h>: types of Ethernet frames
export const ETH_P_IP = 0x0800;
export const ETH_P_IPV6 = 0x86dd;

// <linux/if_packet.h>: options of a packet socket, at level SOL_PACKET of <linux/socket.h>
export const SOL_PACKET = 263;
export const PACKET_RX_RING = 5;
export const PACKET_COPY_THRESH = 7;
export const PACKET_VERSION = 10;
export const PACKET_RESERVE = 12;
export const PACKET_VNET_HDR = 15;

// <bits/mman-linux.h>
export const PROT_READ = 0x1;
export const PROT_WRITE = 0x2;
export const MAP_SHARED = 0x01;
export const MAP_PRIVATE = 0x02;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;

// <linux/icmp.h>: option of a raw ICMP socket, at level SOL_RAW of <linux/socket.h>
export const SOL_RAW = 255;
export const ICMP_FILTER = 1;

// <bits/socket.h>: the ways of shutdown
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

// <bits/poll.h>
export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLERR = 0x008;
export const POLLHUP = 0x010;
export const POLLNVAL = 0x020;

// <sys/eventfd.h>
export const EFD_NONBLOCK = 0o4000;
export const EFD_CLOEXEC = 0o2000000;

// <fcntl.h>
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_NOCTTY = 0o400;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const F_GETFD = 1;
export const F_DUPFD_CLOEXEC = 1_030;

// <bits/confname.h>: the numbers of glibc and musl alike
export const SC_NPROCESSORS_ONLN = 84;

// <bits/time.h>
export const CLOCK_REALTIME = 0;
export const CLOCK_PROCESS_CPUTIME_ID = 2;

// <sched.h>
export const CLONE_NEWNET = 0x40000000;

// <linux/sockios.h>: interface requests of ioctl
export const SIOCGIFFLAGS = 0x8913;
export const SIOCSIFFLAGS = 0x8914;
export const SIOCGIFMTU = 0x8921;
export const SIOCSIFMTU = 0x8922;

// <net/if.h>: flags of an interface
export const IFF_UP = 0x1;
export const IFF_LOOPBACK = 0x8;
export const IFF_LOWER_UP = 0x10000;
export const IFF_RUNNING = 0x40;

// <signal.h>
export const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15, SIGXFSZ: 25 } as const;
/** The handler of what is ignored. */
export const SIG_IGN = 1n;

// <netdb.h>: results of getaddrinfo, the same in glibc and musl
export const EAI_NONAME = -2;
export const EAI_AGAIN = -3;
export const EAI_FAIL = -4;
export const EAI_NODATA = -5;
export const EAI_FAMILY = -6;
export const EAI_SERVICE = -8;
export const EAI_MEMORY = -10;
export const EAI_SYSTEM = -11;

/** The largest IP packet, octets: the total length field has 16 bits (RFC 791 3.1). */
export const MAX_IP_PACKET = 65_535;

/** Octets of a buffer for whole packets: the largest packet, and the room the packet device promises beyond it. */
export const PACKET_BUFFER_LENGTH = 65_664;
