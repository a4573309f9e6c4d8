/*
 * What a raw socket can send over a real connection at all: full-size segments by sendmmsg, 32 a call, to the kernel's TCP.
 *
 *     plain_sender SOURCE DESTINATION PORT SECONDS
 *
 * As little TCP as a receiver accepts: it shakes hands, sends as far as the window goes, reads ACKs, and closes. There is no
 * congestion control, no timer but one that begins again at the first unacknowledged octet after a silence, no buffer (the
 * text is always the same), and the checksum of the payload was made beforehand. The far end is the same as for our own
 * upload: the kernel's TCP and a program that reads. So what is measured is the kernel's price for each packet, on its way
 * through a raw socket and up through the receiver's TCP; no sender that hands over packets of this size one by one is faster.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 32, MTU = 1500, IP = 20, TCP = 20, TEXT = MTU - IP - TCP, SHIFT = 7 };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

static unsigned char packets[BATCH][MTU], arrived[65536];
static struct sockaddr_in here = {.sin_family = AF_INET}, there = {.sin_family = AF_INET};
static int raw;
static uint32_t una, nxt, rcv_nxt, window;
static int peer_shift, peer_closed;
static unsigned text_sum;

static void put16(unsigned char *at, unsigned value) { at[0] = value >> 8; at[1] = value; }
static void put32(unsigned char *at, uint32_t value) { put16(at, value >> 16); put16(at + 2, value); }
static unsigned get16(const unsigned char *at) { return at[0] << 8 | at[1]; }
static uint32_t get32(const unsigned char *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }

static unsigned sum(const unsigned char *at, int length, unsigned total) {
  for (int i = 0; i < length; i += 2) total += get16(at + i);
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  return total;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void stop(const char *why) {
  fprintf(stderr, "plain_sender: %s: %s\n", why, strerror(errno));
  exit(1);
}

/* Writes the headers before a payload whose sum is known. Options are those of a SYN. */
static int encode(unsigned char *packet, uint32_t seq, int flags, int text, unsigned sum_of_text) {
  unsigned char *tcp = packet + IP;
  int header = flags & SYN ? TCP + 8 : TCP, length = header + text;
  packet[0] = 0x45;
  packet[8] = 64;
  packet[9] = IPPROTO_TCP;
  memcpy(packet + 12, &here.sin_addr, 4);
  memcpy(packet + 16, &there.sin_addr, 4);
  put16(packet + 2, IP + length);
  put16(tcp, ntohs(here.sin_port));
  put16(tcp + 2, ntohs(there.sin_port));
  put32(tcp + 4, seq);
  put32(tcp + 8, flags & ACK ? rcv_nxt : 0);
  put16(tcp + 12, header << 10 | flags);
  put16(tcp + 14, 65535);
  put32(tcp + 16, 0);
  if (flags & SYN) {
    put32(tcp + TCP, 2 << 24 | 4 << 16 | TEXT);
    put32(tcp + TCP + 4, 1 << 24 | 3 << 16 | 3 << 8 | SHIFT);
  }
  put16(tcp + 16, ~sum(packet + 12, 8, sum(tcp, header, sum_of_text + IPPROTO_TCP + length)) & 0xffff);
  return IP + length;
}

static void send_one(uint32_t seq, int flags) {
  unsigned char packet[IP + TCP + 8] = {0};
  int length = encode(packet, seq, flags, 0, 0);
  if (sendto(raw, packet, length, 0, (void *)&there, sizeof there) < 0) stop("sendto");
}

/* Takes what has arrived for us; returns the flags of all of it. */
static int drain(void) {
  int seen = 0;
  for (;;) {
    ssize_t length = recv(raw, arrived, sizeof arrived, MSG_DONTWAIT);
    if (length < 0) return errno == EAGAIN ? seen : (stop("recv"), 0);
    int ip = (arrived[0] & 15) * 4;
    unsigned char *tcp = arrived + ip;
    if (length < ip + TCP || get16(tcp + 2) != ntohs(here.sin_port) || get16(tcp) != ntohs(there.sin_port)) continue;
    int flags = tcp[13];
    if (flags & 4) { errno = ECONNRESET; stop("the peer"); }
    if (flags & SYN) {
      rcv_nxt = get32(tcp + 4) + 1;
      for (unsigned char *o = tcp + TCP, *end = tcp + (tcp[12] >> 4) * 4; o < end && *o; o += *o == 1 ? 1 : o[1])
        if (*o == 3) peer_shift = o[2];
    }
    if (flags & FIN) { rcv_nxt = get32(tcp + 4) + 1; peer_closed = 1; }
    uint32_t ack = get32(tcp + 8);
    if (flags & ACK && (int32_t)(ack - una) >= 0) {
      una = ack;
      if ((int32_t)(una - nxt) > 0) nxt = una;
      window = get16(tcp + 14) << (flags & SYN ? 0 : peer_shift);
    }
    seen |= flags;
  }
}

static void await(int milliseconds) {
  struct pollfd in = {raw, POLLIN, 0};
  poll(&in, 1, milliseconds);
}

/* Holds a port, with a filter that drops all, so that the kernel sends no RST. */
static void take_port(void) {
  struct sock_filter drop = {BPF_RET | BPF_K, 0, 0, 0};
  struct sock_fprog program = {1, &drop};
  socklen_t length = sizeof here;
  int guard = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(guard, (void *)&here, sizeof here) < 0) stop("bind");
  if (setsockopt(guard, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0) stop("filter");
  if (listen(guard, 1) < 0 || getsockname(guard, (void *)&here, &length) < 0) stop("listen");
}

static void connect_raw(void) {
  int size = 8 << 20, one = 1;
  raw = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
  if (raw < 0 || setsockopt(raw, IPPROTO_IP, IP_HDRINCL, &one, sizeof one) < 0) stop("socket");
  setsockopt(raw, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  setsockopt(raw, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  una = nxt = 1000000;
  send_one(nxt++, SYN);
  for (int i = 0; !(drain() & SYN); i++) i < 50 ? await(20) : stop("no SYN-ACK");
  send_one(nxt, ACK);
}

/* Sends a batch as far as the window goes; returns how many segments left. */
static int send_batch(struct mmsghdr *messages) {
  int count = 0;
  for (; count < BATCH && nxt + (count + 1) * TEXT - una <= window; count++)
    encode(packets[count], nxt + count * TEXT, ACK | (count == BATCH - 1 ? PSH : 0), TEXT, text_sum);
  if (count == 0) return 0;
  int sent = sendmmsg(raw, messages, count, MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != ENOBUFS) stop("sendmmsg");
  if (sent > 0) nxt += sent * TEXT;
  return sent;
}

int main(int count, char **argument) {
  if (count != 5 || !inet_aton(argument[1], &here.sin_addr) || !inet_aton(argument[2], &there.sin_addr)) return 2;
  there.sin_port = htons(atoi(argument[3]));
  take_port();
  connect_raw();

  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) {
    parts[i] = (struct iovec){packets[i], MTU};
    messages[i].msg_hdr.msg_name = &there;
    messages[i].msg_hdr.msg_namelen = sizeof there;
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  text_sum = sum(packets[0] + IP + TCP, TEXT, 0);
  double end = now() + atof(argument[4]), progress = now();
  uint32_t last = una;
  for (double time = now(); time < end || una != nxt; time = now()) {
    int sent = time < end ? send_batch(messages) : 0;
    drain();
    if (una != last) { last = una; progress = time; }
    if (time - progress > 0.2) { nxt = una; progress = time; } /* something was lost */
    if (time > end + 3) { errno = ETIMEDOUT; stop("the last octets"); }
    if (sent <= 0) await(1);
  }
  for (int i = 0; i < 50 && !peer_closed; i++) {
    send_one(nxt, FIN | ACK);
    await(50);
    drain();
  }
  send_one(nxt + 1, ACK);
  printf("{\"closed\":%d}\n", peer_closed);
  return peer_closed ? 0 : 1;
}
