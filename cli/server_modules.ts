/**
 * All that the server loads before it does anything, for the kernel's TCP. What only some runs need is not here: `import()` loads it
 * where it is chosen.
 *
 * The main module imports this list first: Deno 2.9 reads the source map of each module that is the first to name another one, and
 * so reads one instead of a hundred (tests/bench/profiles/startup.md).
 *
 * @module
 */

import "./about_options.ts";
import "./command_line.ts";
import "./counted.ts";
import "./exit_codes.ts";
import "./failures.ts";
import "./interruption.ts";
import "./io_errors.ts";
import "./observe_arguments.ts";
import "./observed.ts";
import "./option_values.ts";
import "./options.ts";
import "./output.ts";
import "./pattern.ts";
import "./payload_lines.ts";
import "./queued_sink.ts";
import "./server_arguments.ts";
import "./server_connection.ts";
import "./server_failure.ts";
import "./server_loop.ts";
import "./server_options.ts";
import "./server_report.ts";
import "./target.ts";
import "../ffi/constants.ts";
import "../ffi/errno.ts";
import "../ffi/file_descriptor.ts";
import "../ffi/libc.ts";
import "../ffi/poll.ts";
import "../ffi/resolve.ts";
import "../ffi/signals.ts";
import "../ffi/sockaddr.ts";
import "../ffi/stream_file.ts";
import "../ffi/stream_listener.ts";
import "../ffi/stream_socket.ts";
import "../trace/escape.ts";
