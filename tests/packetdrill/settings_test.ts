/** Shell commands as settings. */

import { assertEquals, assertThrows } from "@std/assert";
import { FREEBSD, LINUX } from "../../tcp/config/profiles.ts";
import { ScriptError, UnsupportedError } from "../../packetdrill/ast.ts";
import { interpretCommands } from "../../packetdrill/settings.ts";
import { splitCommands } from "../../packetdrill/shell.ts";

Deno.test("commands are split at line ends, semicolons and &&, with quotes, sums, comments and redirections understood", () => {
  const text = 'a \'b c\' "d e" $((2*3+1)) # f\ng > /dev/null 2>&1; h && i \\\n j | k="l $((4*5))"';
  assertEquals(splitCommands(text), [["a", "b c", "d e", "7"], ["g"], ["h"], ["i", "j", "|", "k=l 20"]]);
});

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
    assertEquals(interpretCommands(command, LINUX, 1).changes as Record<string, unknown>, changes);
  });
}

Deno.test("the limit of unsent octets is a setting of sockets, not of connections", () => {
  const effects = interpretCommands("sysctl -q net.ipv4.tcp_notsent_lowat=4000", LINUX, 1);
  assertEquals([effects.unsentLowWater, effects.changes], [4_000, {}]);
  assertEquals(interpretCommands("sysctl -q net.ipv4.tcp_sack=0", LINUX, 1).unsentLowWater, null);
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
    assertEquals(interpretCommands(command, FREEBSD, 1).changes as Record<string, unknown>, changes);
  });
}

const UNKNOWN: readonly (readonly [word: string, command: string])[] = [
  ["iptables", "iptables -A OUTPUT -j DROP"],
  ["sysctl net.ipv4.tcp_nonsense", "sysctl net.ipv4.tcp_nonsense=1"],
  ["sysctl net.ipv4.tcp_ecn=3", "sysctl net.ipv4.tcp_ecn=3"],
  ["sysctl net.ipv4.tcp_congestion_control=bbr", "sysctl net.ipv4.tcp_congestion_control=bbr"],
  ["tc qdisc", "tc qdisc replace dev tun0 root pfifo limit 0"],
  ["ip route rto_min", "ip route change 192.0.2.1 dev tun0 rto_min 5ms"],
];

for (const [word, command] of UNKNOWN) {
  Deno.test(`names ${word} as what it does not know`, () => {
    assertEquals(assertThrows(() => interpretCommands(command, LINUX, 7), UnsupportedError).word, word);
  });
}

Deno.test("sockstat is a check of how many connections are in a state", () => {
  const text = "sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 1";
  assertEquals(interpretCommands(text, FREEBSD, 1).checks, [{ state: "TIME-WAIT", count: 1 }]);
});

Deno.test("a field that there is not, or a value that it does not take, is the script's mistake", () => {
  for (const command of ["config nonsense=1", "config sending.mss=1", "config nagle=3x", "config nagle"]) {
    assertThrows(() => interpretCommands(command, LINUX, 1), ScriptError);
  }
});
