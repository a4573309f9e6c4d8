/**
 * Which modules a program loads before it does anything: a plain message waits for each of them, 0.2 ms from the sources.
 * What only some runs need is loaded by `import()` where it is chosen.
 *
 * @module
 */

import { importsOf, type Sources, withoutComments } from "./rules.ts";

/** What a program of the project starts with. */
export interface Start {
  /** The module that is run or imported. */
  readonly entry: string;
  readonly what: string;
  /** Names of modules, without `.ts`, by folder. */
  readonly modules: Readonly<Record<string, string>>;
}

/** The programs. */
export const STARTS: readonly Start[] = [
  {
    entry: "main.ts",
    what: "the client, with a plain message",
    modules: {
      "cli/": `
        about_options client_arguments client_attempts client_config client_connection client_ends
        client_failures client_options client_session client_transfer_arguments command_line counted
        end_watches exit_codes failures interruption io_errors narrator observe_arguments observed
        option_values options output path_lines pattern payload_lines pending_lines queued_sink read_arguments repetitions
        sinks sources stall_watch target tcp_arguments transfer
      `,
      "driver/":
        "clock connect loop network_reports next_hop_advice outlet raw_stack readiness routes wire_clock wire_observer",
      "ffi/": `
        bpf clocks constants errno file_descriptor gathered_message icmp_socket ipsec libc link memory neighbour
        netlink network_interface packet_device packet_sieve poll port_guard raw_sender raw_socket
        raw_socket_v6 received_message route signals sockaddr socket_errors stream_file
      `,
      "lab/": "fault_syntax",
      "": "main",
      "tcp/base/":
        "address copy empty errors events icmp_error observer octet_count octet_range segment seq state units",
      "tcp/buffer/": "byte_ring range_set",
      "tcp/config/": "complete profiles standard",
      "tcp/congestion/": "create cubic hystart new_reno window",
      "tcp/connection/": `
        ack_arrives acknowledging_arrivals challenge_ack challenge_limiter closing compose connection
        connection_options data_arrives ecn first_window icmp_arrives idle pacing path_probing
        retransmission_timer segment_arrives send_ack syn_arrives syn_options tcb tcp_info time_wait timeouts timers timestamps
        totals transmit user_calls
      `,
      "tcp/host/": "isn siphash",
      "tcp/loss/": `
        ack_sample dup_acks f_rto loss_detection lost_queue mark mtu_probe prr rack records recovery rfc6675
        sack_reports scoreboard sent_order tail_loss_probe undo window_reduction
      `,
      "tcp/receive/":
        "ack_pace ack_policy ack_queue packet_list packet_memory receive_window receiver tuning",
      "tcp/send/": "mtu_search rtt sender tuning",
      "tcp/": "single",
      "tcp/wire/": "checksum cut header icmp ipv4 ipv6 octets options packet simd_sum",
      "trace/": "escape hop_limits",
    },
  },
  {
    entry: "server.ts",
    what: "the server, on the kernel's TCP",
    modules: {
      "cli/": `
        about_options command_line counted exit_codes failures interruption io_errors observe_arguments
        observed option_values options output pattern payload_lines queued_sink server_arguments
        server_connection server_failure server_loop server_options server_report target
      `,
      "ffi/":
        "constants errno file_descriptor libc one_host poll resolve signals sockaddr stream_file stream_listener stream_socket",
      "": "server",
      "trace/": "escape",
    },
  },
];

/** The modules that the entry's static imports lead to, itself included, each with the one that led to it first. */
export function loadedBy(entry: string, sources: Sources): ReadonlyMap<string, string> {
  const loaded = new Map([[entry, entry]]);
  for (const path of loaded.keys()) {
    for (const { target } of importsOf(path, withoutTypes(sources.get(path) ?? ""))) {
      if (target !== null && sources.has(target) && !loaded.has(target)) loaded.set(target, path);
    }
  }
  return loaded;
}

/** The text without what is no import when the program runs: imports of types alone, and those that a call makes. */
function withoutTypes(text: string): string {
  return withoutComments(text)
    .replace(/^(?:import|export) type [^;]*? from [^;]*;/gm, "")
    .replace(/^(?:import|export) \{(?:\s*type [^,}]+,?)+\s*\} from [^;]*;/gm, "")
    .replace(/\bimport\(/g, "later(");
}

/** A line for each module that came in or has gone. */
export function startChanges({ entry, modules }: Start, sources: Sources): readonly string[] {
  const loaded = loadedBy(entry, sources);
  const listed = new Set(
    Object.entries(modules).flatMap(([folder, names]) =>
      names.split(/\s+/).filter(Boolean).map((name) => `${folder}${name}.ts`)
    ),
  );
  const added = [...loaded].filter(([path]) => !listed.has(path)).map(([path, by]) =>
    `${path} came in by ${by}: load it by import() where it is needed, or list it in STARTS`
  );
  const gone = [...listed].filter((path) => !loaded.has(path)).map((path) =>
    `${path} is not loaded any more: strike it from STARTS`
  );
  return [...added, ...gone];
}
