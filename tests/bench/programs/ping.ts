/**
 * One octet to an echo and back, again and again, over our TCP or the kernel's: one wait for each octet, as a user of
 * either would write it.
 *
 * @module
 */

import { packetLink, RawConnection } from "../../../driver/mod.ts";
import { parseLiteral } from "../../../ffi/mod.ts";
import { after, seconds } from "../../../tcp/mod.ts";
import { answer, type PingAnswer, type PingJob, readJob } from "./jobs.ts";

/** Trips before those that count. */
const WARM_UP = 500;

/** Longest that an answer may take, seconds. */
const PATIENCE = 5;

const job = readJob<PingJob>();
const octet = new Uint8Array(1);

/** Does one trip; returns when the octet is back. */
type Trip = () => Promise<void>;

async function measure(trip: Trip): Promise<PingAnswer> {
  for (let i = 0; i < WARM_UP; i++) await trip();
  const times: number[] = [];
  const end = performance.now() + job.seconds * 1_000;
  let before = performance.now();
  while (before < end) {
    await trip();
    const now = performance.now();
    times.push((now - before) * 1_000);
    before = now;
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * times.length)] ?? NaN;
  return { trips: times.length, median: at(0.5), percentile99: at(0.99) };
}

async function overOurs(): Promise<PingAnswer> {
  const address = parseLiteral(job.host);
  if (address === undefined) throw new Error(`Cannot connect to ${job.host}: give an address`);
  using raw = RawConnection.open({
    remote: { address, port: job.port },
    link: packetLink("auto"),
    patience: job.patience,
    spin: job.spin,
  });
  const { connection, loop } = raw;
  const isOpen = (): boolean => connection.state !== "SYN-SENT";
  await loop.run(isOpen, after(loop.readClock(), seconds(PATIENCE)));
  const isBack = (): boolean => {
    if (connection.failure !== null) throw connection.failure;
    return connection.receive(octet, loop.now) !== 0;
  };
  const result = await measure(async () => {
    const now = loop.readClock();
    connection.send(octet, now);
    if (!await loop.run(isBack, after(now, seconds(PATIENCE)))) throw new Error("No answer");
  });
  connection.shutdown(loop.readClock());
  await loop.run(() => connection.state === "TIME-WAIT", after(loop.readClock(), seconds(1)));
  return result;
}

async function overKernel(): Promise<PingAnswer> {
  using connection = await Deno.connect({ hostname: job.host, port: job.port });
  connection.setNoDelay(true);
  return await measure(async () => {
    await connection.write(octet);
    if (await connection.read(octet) !== 1) throw new Error("No answer");
  });
}

answer(await (job.who === "ours" ? overOurs() : overKernel()));
