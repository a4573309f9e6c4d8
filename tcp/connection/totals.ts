/**
 * What a connection has sent and received so far.
 *
 * @module
 */

import { OctetCount } from "../base/octet_count.ts";

/** Totals of a connection. */
export class Totals {
  segmentsSent = 0;
  segmentsReceived = 0;
  readonly octetsSent: OctetCount = new OctetCount();
  readonly octetsAcknowledged: OctetCount = new OctetCount();
  segmentsRetransmitted = 0;
  readonly octetsRetransmitted: OctetCount = new OctetCount();
  timeouts = 0;
}
