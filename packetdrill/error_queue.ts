/**
 * What a Linux socket tells of octets that it was given: that memory lent to it (MSG_ZEROCOPY) is free again, and when
 * octets were sent and acknowledged (SO_TIMESTAMPING). Such reports wait beside the stream, to be read with MSG_ERRQUEUE.
 *
 * @module
 */

import { Arguments, MismatchError } from "./arguments.ts";
import type { Expression } from "./ast.ts";
import { UnsupportedError } from "./errors.ts";
import { symbolValue } from "./symbols.ts";

/** A report: the record of the error that it comes as, and the moment that it tells of. */
export interface Report {
  readonly record: Readonly<Record<string, number>>;
  /** Microseconds of the script; null: it tells of none. */
  readonly time: number | null;
}

/** What packetdrill lets a moment be off by, microseconds. */
const TOLERANCE = 4_000;
const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1_000;

function linux(name: string): number {
  return symbolValue(name, "linux") ?? 0;
}

/** The reports of one socket. Octets are counted from the start of its stream. */
export class ErrorQueue {
  /** SO_ZEROCOPY. */
  lends = false;
  /** Reports ever made: each wakes whoever waits. */
  made = 0;
  /** SO_TIMESTAMPING. */
  #stamping = 0;
  #keyBase = 0;
  #lentCount = 0;
  #lent: { readonly id: number; readonly end: number }[] = [];
  #stamped: { readonly end: number; isSent: boolean }[] = [];
  readonly #reports: Report[] = [];

  /** Whether a report waits. */
  get hasReport(): boolean {
    return this.#reports.length > 0;
  }

  /** SO_TIMESTAMPING is set to `flags`; octets are numbered from the first not acknowledged. */
  stamp(flags: number, acknowledged: number): void {
    this.#stamping = flags;
    this.#keyBase = acknowledged;
  }

  /** A call has handed over octets, of which the last is before `end`; `isLent`: with MSG_ZEROCOPY. */
  handedOver(end: number, isLent: boolean): void {
    if (isLent && this.lends) this.#lent.push({ id: this.#lentCount++, end });
    if (this.#stamping !== 0) this.#stamped.push({ end, isSent: false });
  }

  /** Makes the reports of what was sent and acknowledged by now. */
  look(sent: number, acknowledged: number, time: number): void {
    for (const each of this.#stamped) {
      if (!each.isSent && each.end <= sent) {
        each.isSent = true;
        this.#addStamp("SOF_TIMESTAMPING_TX_SCHED", "SCM_TSTAMP_SCHED", each.end, time);
        this.#addStamp("SOF_TIMESTAMPING_TX_SOFTWARE", "SCM_TSTAMP_SND", each.end, time);
      }
      if (each.end <= acknowledged) {
        this.#addStamp("SOF_TIMESTAMPING_TX_ACK", "SCM_TSTAMP_ACK", each.end, time);
      }
    }
    for (const each of this.#lent) if (each.end <= acknowledged) this.#addFree(each.id);
    this.#stamped = this.#stamped.filter((each) => each.end > acknowledged);
    this.#lent = this.#lent.filter((each) => each.end > acknowledged);
  }

  /** Takes the first report; null: there is none. */
  take(): Report | null {
    return this.#reports.shift() ?? null;
  }

  #addStamp(wish: string, type: string, end: number, time: number): void {
    const wishes = linux(wish) | linux("SOF_TIMESTAMPING_SOFTWARE");
    if ((this.#stamping & wishes) !== wishes) return;
    const numbered = (this.#stamping & linux("SOF_TIMESTAMPING_OPT_ID")) !== 0;
    this.#add(time, {
      ee_errno: linux("ENOMSG"),
      ee_origin: linux("SO_EE_ORIGIN_TIMESTAMPING"),
      ee_code: 0,
      ee_info: linux(type),
      ee_data: numbered ? end - 1 - this.#keyBase : 0,
    });
  }

  /** Calls whose memory is free one after another are one report, from the first of them to the last. */
  #addFree(id: number): void {
    const origin = linux("SO_EE_ORIGIN_ZEROCOPY");
    const last = this.#reports[this.#reports.length - 1]?.record;
    const joins = last?.ee_origin === origin && last.ee_data === id - 1;
    if (joins) this.#reports.pop();
    this.#add(null, {
      ee_errno: 0,
      ee_origin: origin,
      ee_code: linux("SO_EE_CODE_ZEROCOPY_COPIED"),
      ee_info: joins ? last.ee_info ?? id : id,
      ee_data: id,
    });
  }

  #add(time: number | null, record: Report["record"]): void {
    this.made++;
    this.#reports.push({ time, record: { ...record, ee_type: 0 } });
  }
}

/** Compares a report with the message that a line expects. @throws MismatchError */
export function compareReport(args: Arguments, message: Expression, report: Report): void {
  const flags = Arguments.field(message, "msg_flags")?.value;
  // The octets that a moment is reported for come along, and are cut off.
  const cut = report.time === null ? 0 : linux("MSG_TRUNC");
  if (flags !== undefined) args.expectValue("msg_flags", flags, linux("MSG_ERRQUEUE") | cut);
  const control = Arguments.field(message, "msg_control")?.value;
  if (control?.kind !== "list") return;
  const parts = report.time === null ? 1 : 2;
  if (control.items.length !== parts) {
    throw new MismatchError(`msg_control: ${control.items.length} parts expected, ${parts} returned`);
  }
  for (const item of control.items) {
    const type = Arguments.field(item, "cmsg_type")?.value;
    const data = Arguments.field(item, "cmsg_data")?.value;
    const name = type?.kind === "word" ? type.name : "cmsg_type";
    if (data?.kind !== "record") throw new UnsupportedError(args.place, name);
    if (name === "SCM_TIMESTAMPING") compareMoment(args, data, report.time);
    else if (name === "CMSG_TYPE_RECVERR" || name === "IP_RECVERR" || name === "IPV6_RECVERR") {
      for (const field of data.fields) {
        const actual = report.record[field.name ?? ""];
        if (actual === undefined) throw new UnsupportedError(args.place, field.name ?? name);
        args.expectValue(field.name ?? "", field.value, actual);
      }
    } else throw new UnsupportedError(args.place, name);
  }
}

function compareMoment(args: Arguments, data: Expression, time: number | null): void {
  const value = (name: string): number => {
    const field = Arguments.field(data, name);
    return field === undefined ? 0 : args.valueOf(field.value);
  };
  const wanted = value("scm_sec") * MICROS_PER_SECOND + value("scm_nsec") / NANOS_PER_MICRO;
  if (time === null || Math.abs(wanted - time) > TOLERANCE) {
    throw new MismatchError(`SCM_TIMESTAMPING: ${wanted} us expected, ${time ?? "none"} returned`);
  }
}
