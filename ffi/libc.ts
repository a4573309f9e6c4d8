/**
 * The C library: which functions are used, with the C type of every parameter and result, and how it is found.
 *
 * Sizes and addresses are passed as `usize` bigints kept ready by the caller and as ready-made pointers; results
 * that fit are read as `i32`: these are the forms that neither allocate nor convert (measured; see docs of each user).
 *
 * @module
 */

/** What `Deno.dlopen` gets, function by function. Each line is the C prototype's parameters, in order. */
const SYMBOLS = {
  socket: {
    parameters: ["i32", /* int domain */ "i32", /* int type */ "i32" /* int protocol */],
    result: "i32", /* int */
  },
  bind: {
    parameters: ["i32", /* int fd */ "buffer", /* const struct sockaddr * */ "u32" /* socklen_t */],
    result: "i32", /* int */
  },
  connect: {
    parameters: ["i32", /* int fd */ "buffer", /* const struct sockaddr * */ "u32" /* socklen_t */],
    result: "i32", /* int */
  },
  listen: { parameters: ["i32", /* int fd */ "i32" /* int backlog */], result: "i32" /* int */ },
  accept4: {
    parameters: [
      "i32", /* int fd */
      "buffer", /* struct sockaddr * */
      "buffer", /* socklen_t * */
      "i32", /* int flags */
    ],
    result: "i32", /* int */
  },
  getsockname: {
    parameters: ["i32", /* int fd */ "buffer", /* struct sockaddr * */ "buffer" /* socklen_t * */],
    result: "i32", /* int */
  },
  getpeername: {
    parameters: ["i32", /* int fd */ "buffer", /* struct sockaddr * */ "buffer" /* socklen_t * */],
    result: "i32", /* int */
  },
  setsockopt: {
    parameters: [
      "i32", /* int fd */
      "i32", /* int level */
      "i32", /* int name */
      "buffer", /* const void *value */
      "u32", /* socklen_t */
    ],
    result: "i32", /* int */
  },
  setsockoptOnPool: {
    name: "setsockopt",
    parameters: [
      "i32", /* int fd */
      "i32", /* int level */
      "i32", /* int name */
      "pointer", /* const void *value */
      "u32", /* socklen_t */
    ],
    result: "i32", /* int */
    nonblocking: true,
  },
  getsockopt: {
    parameters: [
      "i32", /* int fd */
      "i32", /* int level */
      "i32", /* int name */
      "buffer", /* void *value */
      "buffer", /* socklen_t * */
    ],
    result: "i32", /* int */
  },
  // The results of the five transfers are ssize_t; no transfer here exceeds 2^31 - 1 octets, so the low 32 bits do.
  recv: {
    parameters: [
      "i32", /* int fd */
      "pointer", /* void *buf */
      "usize", /* size_t len */
      "i32", /* int flags */
    ],
    result: "i32", /* ssize_t */
  },
  recvmsg: {
    parameters: ["i32", /* int fd */ "pointer", /* struct msghdr * */ "i32" /* int flags */],
    result: "i32", /* ssize_t */
  },
  send: {
    parameters: [
      "i32", /* int fd */
      "pointer", /* const void *buf */
      "usize", /* size_t len */
      "i32", /* int flags */
    ],
    result: "i32", /* ssize_t */
  },
  sendto: {
    parameters: [
      "i32", /* int fd */
      "pointer", /* const void *buf */
      "usize", /* size_t len */
      "i32", /* int flags */
      "pointer", /* const struct sockaddr * */
      "u32", /* socklen_t */
    ],
    result: "i32", /* ssize_t */
  },
  sendmsg: {
    parameters: ["i32", /* int fd */ "pointer", /* const struct msghdr * */ "i32" /* int flags */],
    result: "i32", /* ssize_t */
  },
  sigaction: {
    parameters: [
      "i32", /* int signum */
      "pointer", /* const struct sigaction *act */
      "buffer", /* struct sigaction *oldact */
    ],
    result: "i32", /* int */
  },
  sendmmsg: {
    parameters: [
      "i32", /* int fd */
      "pointer", /* struct mmsghdr * */
      "u32", /* unsigned int vlen */
      "i32", /* int flags */
    ],
    result: "i32", /* int */
  },
  shutdown: { parameters: ["i32", /* int fd */ "i32" /* int how */], result: "i32" /* int */ },
  close: { parameters: ["i32" /* int fd */], result: "i32" /* int */ },
  // fcntl, open and ioctl are variadic in C; on Linux the named and the other integer arguments travel alike.
  fcntl: {
    parameters: ["i32", /* int fd */ "i32", /* int cmd */ "i32" /* int arg */],
    result: "i32", /* int */
  },
  open: { parameters: ["buffer", /* const char *path */ "i32" /* int flags */], result: "i32" /* int */ },
  openOnPool: {
    name: "open",
    parameters: ["pointer", /* const char *path */ "i32" /* int flags */],
    result: "i32", /* int */
    nonblocking: true,
  },
  statx: {
    parameters: [
      "i32", /* int dirfd */
      "buffer", /* const char *path */
      "i32", /* int flags */
      "u32", /* unsigned int mask */
      "buffer", /* struct statx * */
    ],
    result: "i32", /* int */
  },
  ioctl: {
    parameters: ["i32", /* int fd */ "usize", /* unsigned long request */ "buffer" /* struct ifreq * */],
    result: "i32", /* int */
  },
  poll: {
    parameters: ["pointer", /* struct pollfd * */ "usize", /* nfds_t */ "i32" /* int milliseconds */],
    result: "i32", /* int */
  },
  usleep: { parameters: ["u32" /* useconds_t */], result: "i32" /* int */ },
  pollOnPool: {
    name: "poll",
    parameters: ["pointer", /* struct pollfd * */ "usize", /* nfds_t */ "i32" /* int milliseconds */],
    result: "i32", /* int */
    nonblocking: true,
  },
  mmap: {
    parameters: [
      "pointer", /* void *addr */
      "usize", /* size_t length */
      "i32", /* int prot */
      "i32", /* int flags */
      "i32", /* int fd */
      "i64", /* off_t offset */
    ],
    result: "pointer", /* void * */
  },
  eventfd: { parameters: ["u32", /* unsigned int initval */ "i32" /* int flags */], result: "i32" /* int */ },
  read: {
    parameters: ["i32", /* int fd */ "buffer", /* void *buf */ "usize" /* size_t count */],
    result: "i32", /* ssize_t */
  },
  write: {
    parameters: ["i32", /* int fd */ "buffer", /* const void *buf */ "usize" /* size_t count */],
    result: "i32", /* ssize_t */
  },
  getaddrinfoOnPool: {
    name: "getaddrinfo",
    parameters: [
      "pointer", /* const char *node */
      "pointer", /* const char *service */
      "pointer", /* const struct addrinfo *hints */
      "pointer", /* struct addrinfo **res */
    ],
    result: "i32", /* int */
    nonblocking: true,
  },
  freeaddrinfo: { parameters: ["pointer" /* struct addrinfo * */], result: "void" },
  getifaddrs: { parameters: ["buffer" /* struct ifaddrs ** */], result: "i32" /* int */ },
  freeifaddrs: { parameters: ["pointer" /* struct ifaddrs * */], result: "void" },
  if_nametoindex: { parameters: ["buffer" /* const char *name */], result: "u32" /* unsigned int */ },
  inet_pton: {
    parameters: ["i32", /* int af */ "buffer", /* const char *src */ "buffer" /* void *dst */],
    result: "i32", /* int */
  },
  inet_ntop: {
    parameters: [
      "i32", /* int af */
      "buffer", /* const void *src */
      "buffer", /* char *dst */
      "u32", /* socklen_t size */
    ],
    result: "pointer", /* const char * */
  },
  clock_gettime: {
    parameters: ["i32", /* clockid_t */ "buffer" /* struct timespec * */],
    result: "i32", /* int */
  },
  sysconf: { parameters: ["i32" /* int name */], result: "i32" /* long; what is asked for fits */ },
  unshare: { parameters: ["i32" /* int flags */], result: "i32" /* int */ },
  setns: { parameters: ["i32", /* int fd */ "i32" /* int nstype */], result: "i32" /* int */ },
  __errno_location: { parameters: [], result: "pointer" /* int * */ },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of the C library that this project calls. */
export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/**
 * What every connection over a raw socket calls again and again. To open a function takes some 0.15 ms, for which Deno compiles
 * its way into C: these are opened together, every other one at its first use.
 */
const AT_ONCE = ["poll", "recvmsg", "sendto"] as const satisfies readonly (keyof Libc)[];

/** What most programs call a few times each: by its address, for which nothing is compiled, until it is worth opening. */
const BY_ADDRESS = [
  "__errno_location",
  "bind",
  "clock_gettime",
  "close",
  "eventfd",
  "getsockname",
  "getsockopt",
  "listen",
  "open",
  "read",
  "setsockopt",
  "sigaction",
  "socket",
  "statx",
  "write",
] as const satisfies readonly (keyof Libc)[];

/** Calls by address that cost as much as to open a function: 1.4 to 4.4 µs each, where an opened one takes 0.1. */
let callsByAddress = 50;

/** The C library could not be opened; the message lists what was tried. */
export class LibcError extends Error {
  override readonly name = "LibcError";
  /** Whether the reason is that Deno was not given `--allow-ffi`. */
  readonly permissionMissing: boolean;

  constructor(message: string, permissionMissing: boolean) {
    super(message);
    this.permissionMissing = permissionMissing;
  }
}

/** Whether the C library can be called, without asking anybody for the permission. */
export function mayCallLibc(): boolean {
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return false;
  try {
    loadLibc();
    return true;
  } catch (error) {
    if (error instanceof LibcError) return false;
    throw error;
  }
}

let loaded: Libc | undefined;

/**
 * The C library's functions; found at the first call and kept for the life of the program (or worker). What not every
 * connection needs is opened when it is first read off the result.
 *
 * @throws LibcError when the system is not Linux, the permission is missing, or no candidate can be opened
 */
export function loadLibc(): Libc {
  return loaded ??= openFirst(libcCandidates(Deno.build.arch, libcOverride()));
}

let isPoolStarted = false;

/**
 * Starts the thread of the first call on another thread, where it will be needed at once: that takes longer than a near peer
 * needs to answer.
 */
export function startPool(): void {
  if (isPoolStarted) return;
  isPoolStarted = true;
  void loadLibc().pollOnPool(null, 0n, 0); // nothing to wait for
}

/**
 * The same with every function opened now. For the top of test files: what is first opened inside a test counts there
 * as a leak of that test.
 *
 * @throws LibcError as `loadLibc`, and when the library lacks a function
 */
export function loadWholeLibc(): Libc {
  callsByAddress = 0;
  const libc = loadLibc();
  for (const name of symbolNames()) void libc[name];
  startPool();
  return libc;
}

function symbolNames(): (keyof Libc)[] {
  return Object.keys(SYMBOLS) as (keyof Libc)[];
}

/**
 * The names to try, in order: the override alone when there is one; otherwise glibc's name, musl's, and where
 * distributions put them. Never `libc.so`: that is a linker script (or musl's own loader under another name).
 */
export function libcCandidates(arch: typeof Deno.build.arch, override?: string): readonly string[] {
  if (override !== undefined && override !== "") return [override];
  const folders = [
    `/lib/${arch}-linux-gnu`,
    `/usr/lib/${arch}-linux-gnu`,
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
  ];
  return [
    "libc.so.6",
    `libc.musl-${arch}.so.1`,
    ...folders.map((folder) => `${folder}/libc.so.6`),
    `/lib/libc.musl-${arch}.so.1`,
    `/lib/ld-musl-${arch}.so.1`,
  ];
}

/**
 * `RAWTCP_LIBC`, when it is set and may be read; asking never prompts. A compiled program does not obey it: it may have
 * a capability that its user lacks (`setcap`), and would lend it to any library that the user names.
 */
function libcOverride(): string | undefined {
  if (Deno.build.standalone) return undefined;
  const permission = Deno.permissions.querySync({ name: "env", variable: "RAWTCP_LIBC" });
  return permission.state === "granted" ? Deno.env.get("RAWTCP_LIBC") : undefined;
}

function openFirst(candidates: readonly string[]): Libc {
  if (Deno.build.os !== "linux") {
    throw new LibcError(`Cannot use raw sockets on ${Deno.build.os}: this part runs on Linux only`, false);
  }
  // Pointers need the whole permission: --allow-ffi=PATH does not do. On a terminal this asks once.
  if (Deno.permissions.requestSync({ name: "ffi" }).state !== "granted") {
    throw new LibcError(
      "Cannot call the C library without permission: run deno with --allow-ffi (without a path, which is not enough)",
      true,
    );
  }
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      return openAtFirst(candidate);
    } catch (error) {
      failures.push(`${candidate} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  const remedy = Deno.build.standalone
    ? "run the program from its sources with RAWTCP_LIBC set to its path and --allow-env"
    : "set RAWTCP_LIBC to its path (read with --allow-env)";
  throw new LibcError(`Cannot open the C library, tried ${failures.join(", ")}: ${remedy}`, false);
}

/** Opens these functions of the library. */
function open<Name extends keyof Libc>(library: string, names: readonly Name[]): Pick<Libc, Name> {
  const symbols = Object.fromEntries(names.map((name) => [name, SYMBOLS[name]]));
  return Deno.dlopen(library, symbols).symbols as Pick<Libc, Name>;
}

/** Opens what is wanted at once, and takes the addresses of the others in the same call. */
function openAtFirst(library: string): Libc {
  const address = { type: "pointer", optional: true } as const;
  const { symbols } = Deno.dlopen(library, {
    ...Object.fromEntries(AT_ONCE.map((name) => [name, SYMBOLS[name]])),
    ...Object.fromEntries(BY_ADDRESS.map((name) => [name, address])),
  });
  const functions = Object.fromEntries(AT_ONCE.map((name) => [name, symbols[name]]));
  return Object.assign(otherFunctions(library, symbols as Record<string, Address>), functions);
}

/**
 * An object that inherits all functions but those of {@link AT_ONCE}, which can become its own. Inherited, so that its
 * shape stays the same when one is opened: reading the others off it costs what it costs with any object.
 */
function otherFunctions(library: string, addresses: Readonly<Record<string, Address>>): Libc {
  const accessors: PropertyDescriptorMap = {};
  const atOnce: readonly string[] = AT_ONCE;
  for (const name of symbolNames()) {
    if (atOnce.includes(name)) continue;
    accessors[name] = { get: openedInTime(library, name, addresses[name] ?? null), enumerable: true };
  }
  return Object.create(Object.create(null, accessors));
}

/** The address of a function; null: the library lacks it. */
type Address = Deno.PointerValue<Deno.ForeignFunction>;

/** Gives the function for the next call, and from some call on for all that follow. `address`: null: it is opened at once. */
function openedInTime<Name extends keyof Libc>(
  library: string,
  name: Name,
  address: Address,
): () => Libc[Name] {
  let opened: Libc[Name] | undefined;
  let addressed: Libc[Name] | undefined;
  let calls = 0;
  return () => {
    if (opened !== undefined) return opened;
    if (address === null || calls++ >= callsByAddress) return opened = openLater(library, name);
    return addressed ??= functionAt(address, SYMBOLS[name]) as Libc[Name];
  };
}

function functionAt(
  address: Deno.PointerObject<Deno.ForeignFunction>,
  symbol: Deno.ForeignFunction,
): unknown {
  const pointer = new Deno.UnsafeFnPointer(address, symbol);
  return pointer.call.bind(pointer);
}

function openLater<Name extends keyof Libc>(library: string, name: Name): Libc[Name] {
  try {
    return open(library, [name])[name];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LibcError(`Cannot use the C library ${library}, it has no ${name} (${reason})`, false);
  }
}
