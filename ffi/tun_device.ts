/**
 * A TUN interface: IP packets between this program and the kernel, without raw sockets and without a port guard, for the
 * kernel routes them here and has no other use for them.
 *
 * @module
 */

import { check, EAGAIN, EINTR, lastErrno, SystemError } from "./errno.ts";
import { FileDescriptor, orClose } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { readInterface } from "./network_interface.ts";
import type { PacketDevice, SendResult } from "./packet_device.ts";
import { cString } from "./sockaddr.ts";

// <fcntl.h>
const O_RDWR = 0o2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

// <linux/if_tun.h>
const TUNSETIFF = 0x400454can;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;

// struct ifreq, <net/if.h>: 16 octets of name, then a union of 24
const IFREQ_LENGTH = 40;
const IFREQ_UNION_OFFSET = 16;

/** Room for the longest IP packet. */
const PACKET_ROOM = 65_536;

/** Carries whole IP packets. The kernel is at the other end: it routes to the interface what is meant for the far side. */
export class TunDevice implements PacketDevice {
  readonly mtu: number;
  readonly inbound: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_ROOM);
  readonly outbound: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_ROOM);
  readonly #descriptor: FileDescriptor;

  private constructor(descriptor: FileDescriptor, mtu: number) {
    this.#descriptor = descriptor;
    this.mtu = mtu;
  }

  /**
   * Attaches to the interface, which is made when there is none of this name: `ip tuntap add dev NAME mode tun` makes one
   * that stays, `ip address add` and `ip link set up` give it the kernel's end.
   *
   * @param name at most 15 octets
   * @throws SystemError EPERM without CAP_NET_ADMIN, EBUSY when another program has it, ENOENT without /dev/net/tun
   */
  static open(name: string): TunDevice {
    const libc = loadLibc();
    const descriptor = new FileDescriptor(
      check("open /dev/net/tun", libc.open(cString("/dev/net/tun"), O_RDWR | O_NONBLOCK | O_CLOEXEC)),
    );
    return orClose(descriptor, (number) => {
      const request = new Uint8Array(IFREQ_LENGTH);
      request.set(cString(name).subarray(0, IFREQ_UNION_OFFSET - 1));
      new DataView(request.buffer).setUint16(IFREQ_UNION_OFFSET, IFF_TUN | IFF_NO_PI, true);
      check("ioctl TUNSETIFF", libc.ioctl(number, TUNSETIFF, request), () => name);
      return new TunDevice(descriptor, readInterface(name).mtu);
    });
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  receive(): number {
    const length = loadLibc().read(this.descriptor, this.inbound, BigInt(PACKET_ROOM));
    if (length >= 0) return length;
    const errno = lastErrno();
    if (errno === EAGAIN || errno === EINTR) return 0;
    throw new SystemError("read /dev/net/tun", errno);
  }

  send(length: number): SendResult {
    if (length > this.mtu) return "too long";
    if (loadLibc().write(this.descriptor, this.outbound, BigInt(length)) >= 0) return "sent";
    const errno = lastErrno();
    if (errno === EAGAIN || errno === EINTR) return "full";
    // EIO: the interface is down.
    return "unreachable";
  }

  /** Closes it; the interface goes with it. */
  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}
