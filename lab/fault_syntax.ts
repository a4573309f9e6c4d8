/**
 * How faults are written, for who tells of them and needs none.
 *
 * @module
 */

/** What can be written, for messages and help. */
export const FAULT_SYNTAX: string =
  "drop, duplicate or corrupt with :syn, :data, :fin, :ack, :rst or :packet (:2 the second, :2-4) or :2%; reorder:3 or " +
  "reorder:1%; delay:100ms; jitter:20ms; rate:1Mbit; queue:50; with in: or out: before it for one way";
