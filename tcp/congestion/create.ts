/**
 * Makes a congestion control by its name, or by what the config has to make one, whose errors end its connection and nothing else.
 *
 * @module
 */

import type {
  CongestionControl,
  CongestionControlFactory,
  CongestionControlName,
  CongestionOptions,
  CongestionSample,
} from "./control.ts";
import { Cubic } from "./cubic.ts";
import { NewReno } from "./new_reno.ts";
import type { Micros } from "../base/units.ts";

/** What a congestion control of one's own threw, and where. */
export interface ControlFault {
  /** What people call the control; its factory's name where it made none. */
  readonly name: string;
  /** The member of {@link CongestionControl} that threw, or "the function that makes it". */
  readonly where: string;
  /** What was thrown. */
  readonly thrown: unknown;
}

/**
 * A congestion control at the start of a connection. `kind`: one of the library's, or what makes another. `onFault`: told once when
 * another one throws, which then goes no further. @default it goes on
 */
export function createCongestionControl(
  kind: CongestionControlName | CongestionControlFactory,
  options: CongestionOptions,
  onFault: (fault: ControlFault) => void = throwOn,
): CongestionControl {
  if (typeof kind === "function") return new GuardedControl(kind, options, onFault);
  switch (kind) {
    case "cubic":
      return new Cubic(options);
    case "reno":
      return new NewReno(options);
  }
}

function throwOn({ thrown }: ControlFault): never {
  throw thrown;
}

/** Passes everything on to the control that a factory makes, until that throws; NewReno stands in for it from then on. */
class GuardedControl implements CongestionControl {
  readonly name: string;
  readonly #options: CongestionOptions;
  readonly #onFault: (fault: ControlFault) => void;
  #control: CongestionControl;

  /** `onFault`: called once, in the middle of what the connection does. */
  constructor(
    factory: CongestionControlFactory,
    options: CongestionOptions,
    onFault: (fault: ControlFault) => void,
  ) {
    this.name = factory.name;
    this.#options = options;
    this.#onFault = onFault;
    this.#control = new NewReno(options);
    try {
      const control = factory(options);
      this.name = control.name;
      this.#control = control;
    } catch (thrown) {
      this.#fail("the function that makes it", thrown);
    }
  }

  get cwnd(): number {
    return this.#guarded("cwnd", (control) => control.cwnd);
  }

  set cwnd(octets: number) {
    this.#guarded("cwnd", (control) => control.cwnd = octets);
  }

  get ssthresh(): number {
    return this.#guarded("ssthresh", (control) => control.ssthresh);
  }

  get isConservative(): boolean {
    return this.#guarded("isConservative", (control) => control.isConservative ?? false);
  }

  get pacingRate(): number | undefined {
    return this.#guarded("pacingRate", (control) => control.pacingRate);
  }

  ackReceived(ack: CongestionSample): void {
    this.#guarded("ackReceived", (control) => control.ackReceived(ack));
  }

  lossDetected(loss: CongestionSample): void {
    this.#guarded("lossDetected", (control) => control.lossDetected(loss));
  }

  timeout(loss: CongestionSample): void {
    this.#guarded("timeout", (control) => control.timeout(loss));
  }

  undo(): void {
    this.#guarded("undo", (control) => control.undo());
  }

  idle(span: Micros, isLong: boolean): void {
    this.#guarded("idle", (control) => control.idle(span, isLong));
  }

  /** What it says, or what NewReno says at the start of a connection where it throws. */
  #guarded<T>(where: string, ask: (control: CongestionControl) => T): T {
    try {
      return ask(this.#control);
    } catch (thrown) {
      this.#fail(where, thrown);
      return ask(this.#control);
    }
  }

  #fail(where: string, thrown: unknown): void {
    this.#control = new NewReno(this.#options);
    this.#onFault({ name: this.name, where, thrown });
  }
}
