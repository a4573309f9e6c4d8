/** Shell commands as settings. */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { FREEBSD, LINUX } from "../../tcp/config/profiles.ts";
import { ScriptError, UnsupportedError } from "../../packetdrill/errors.ts";
import { interpretCommands } from "../../packetdrill/settings.ts";
import type { ShellCommand } from "../../packetdrill/ast.ts";
import { splitCommands } from "../../packetdrill/shell.ts";

Deno.test("commands are split at line ends, semicolons and &&, with quotes, sums, comments and redirections understood", () => {
  const text = 'a \'b c\' "d e" $((2*3+1)) # f\ng > /dev/null 2>&1; h && i \\\n j | k="l $((4*5))"';
  assertEquals(splitCommands(text), [["a", "b c", "d e", "7"], ["g"], ["h"], ["i", "j", "|", "k=l 20"]]);
});

function commandOf(text: string): ShellCommand {
  return { kind: "command", text, place: { line: 7, column: 3 } };
}

const CHANGES: readonly (readonly [command: string, changes: Record<string, unknown>])[] = [
  ["sysctl -q net.ipv4.tcp_timestamps=0", { handshake: { timestamps: false } }],
  ["sysctl -q net.ipv4.tcp_sack=0 net.ipv4.tcp_ecn=1", {
    handshake: { selectiveAck: false },
    congestion: { ecn: "request" },
  }],
  [
    '../../common/defaults.sh\n../common/set_sysctls.py /proc/sys/net/ipv4/tcp_wmem="4096 50000 4194304"',
    { buffers: { sendBuffer: 50_000 } },
  ],
  [
    'sysctl -q net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))"',
    { buffers: { receiveBuffer: 270_000, receiveBufferMax: 7_864_320 }, handshake: { windowScale: 8 } },
  ],
  ["sysctl -w net.ipv4.tcp_congestion_control=reno", { congestion: { congestionControl: "reno" } }],
  ["tc qdisc add dev tun0 root pfifo > /dev/null 2>&1", {}],
  ["ethtool -K tun0 tso off gso off", {}],
  ["ip route change 192.0.2.1 via 192.168.0.2 dev tun0 initcwnd 20", { congestion: { initialWindow: 20 } }],
  ["/tmp/sysctl_restore_${PPID}.sh", {}],
  ["sysctl -q net.ipv4.tcp_min_tso_segs=4", {}],
  ["sysctl -q net.ipv4.tcp_shrink_window=1", { buffers: { shrinksWindow: true } }],
  ["config acknowledging.delayedAckTime=40ms nagle=false ecn=request windowProbe=old_number mss=1200", {
    acknowledging: { delayedAckTime: 40_000 },
    sending: { nagle: false },
    congestion: { ecn: "request" },
    compatibility: { windowProbe: "old number" },
    handshake: { mss: 1_200 },
  }],
];

for (const [command, changes] of CHANGES) {
  Deno.test(`sets: ${command.replaceAll("\n", "; ")}`, () => {
    assertEquals(interpretCommands(commandOf(command), LINUX).changes as Record<string, unknown>, changes);
  });
}

Deno.test("the limit of unsent octets is a setting of sockets, not of connections", () => {
  const effects = interpretCommands(commandOf("sysctl -q net.ipv4.tcp_notsent_lowat=4000"), LINUX);
  assertEquals([effects.unsentLowWater, effects.changes], [4_000, {}]);
  assertEquals(interpretCommands(commandOf("sysctl -q net.ipv4.tcp_sack=0"), LINUX).unsentLowWater, null);
});

const FREEBSD_CHANGES: readonly (readonly [command: string, changes: Record<string, unknown>])[] = [
  ["sysctl -w net.inet.tcp.rfc1323=0", { handshake: { windowScaling: false, timestamps: false } }],
  ["sysctl -w net.inet.tcp.rfc1323=2", { handshake: { windowScaling: true, timestamps: false } }],
  ["sysctl -w kern.ipc.maxsockbuf=2097152", { handshake: { windowScale: 6 } }],
  ["sysctl -w kern.ipc.maxsockbuf=4294967295", { handshake: { windowScale: 14 } }],
  ["sysctl net.inet.tcp.ecn.enable=2", { congestion: { ecn: "accept" } }],
  ["sysctl -w net.inet.tcp.hostcache.purgenow=1", {}],
];

for (const [command, changes] of FREEBSD_CHANGES) {
  Deno.test(`sets: ${command}`, () => {
    assertEquals(interpretCommands(commandOf(command), FREEBSD).changes as Record<string, unknown>, changes);
  });
}

const UNKNOWN: readonly (readonly [word: string, command: string])[] = [
  ["iptables", "iptables -A OUTPUT -j DROP"],
  ["./setup.sh", "./setup.sh"],
  ["sysctl net.ipv4.tcp_ecn=3", "sysctl net.ipv4.tcp_ecn=3"],
  ["sysctl net.ipv4.tcp_congestion_control=bbr", "sysctl net.ipv4.tcp_congestion_control=bbr"],
  ["tc qdisc", "tc qdisc replace dev tun0 root pfifo limit 0"],
  ["ip route rto_min", "ip route change 192.0.2.1 dev tun0 rto_min 5ms"],
];

for (const [word, command] of UNKNOWN) {
  Deno.test(`names ${word} as not supported`, () => {
    assertEquals(
      assertThrows(() => interpretCommands(commandOf(command), LINUX), UnsupportedError).word,
      word,
    );
  });
}

Deno.test("sockstat is a check of how many connections are in a state", () => {
  const text = "sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 1";
  assertEquals(interpretCommands(commandOf(text), FREEBSD).checks, [{ state: "TIME-WAIT", count: 1 }]);
});

const MISTAKES: readonly (readonly [command: string, column: number, expected: RegExp])[] = [
  ["config nonsense=1", 10, /a field of TcpConfig/],
  ["config delaydAck=3ms", 10, /did you mean delayedAckTime/],
  ["config sending.mss=1", 10, /a field of TcpConfig/],
  ["config nagle=3x", 10, /nagle=VALUE/],
  ["config nagle", 10, /nagle=VALUE/],
  ["config ecn=requst", 10, /off, accept or request|request/],
  ["config mss=1000 maxRto=0", 19, /maxRto/],
  ["sysctl net.ipv4.tcp_nonsense=1", 10, /a kernel variable/],
  ["sysctl -q net.ipv4.tcp_timestmps=1", 13, /did you mean net.ipv4.tcp_timestamps/],
  ["sysctl net.core.rmem_mx=1", 10, /did you mean net.core.rmem_max/],
  ["sysctl net.ipv4.tcp_sack=yes1", 10, /NUMBER/],
  ["sysclt net.ipv4.tcp_sack=1", 3, /did you mean sysctl/],
  ["sleep", 3, /sleep SECONDS/],
];

for (const [command, column, expected] of MISTAKES) {
  Deno.test(`is the script's mistake: ${command}`, () => {
    const error = assertThrows(() => interpretCommands(commandOf(command), LINUX), ScriptError);
    assertEquals([error.place.line, error.place.column], [7, column]);
    assertMatch(error.expected, expected);
  });
}
