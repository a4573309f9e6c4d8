/** The table of a connection's variables, and what follows from it. */

import { assertEquals } from "@std/assert";
import { numberAt, putNumbers, VIEW, VIEW_NAMES, viewFrom } from "../../trace/view.ts";

Deno.test("variables are put in the order of their table, unknown ones as NaN", () => {
  const numbers = new Float64Array(VIEW_NAMES.length);
  putNumbers(viewFrom("ESTABLISHED", null, (_name, i) => i), numbers);
  assertEquals([...numbers], VIEW_NAMES.map((_name, i) => i));
  putNumbers(viewFrom("LISTEN", null, () => null), numbers);
  assertEquals([...numbers], VIEW_NAMES.map((name) => VIEW[name].mayBeUnknown ? NaN : 0));
});

Deno.test("a variable is that of the view which is asked, whichever was asked before", () => {
  const views = [1, 2].map((start) => viewFrom("ESTABLISHED", null, (_name, i) => start + i));
  const [one, other] = views.map((view) => () => VIEW_NAMES.map((_name, i) => numberAt(view, i)));
  assertEquals([one?.(), other?.(), one?.()].map((all) => all?.[0]), [1, 2, 1]);
  assertEquals(numberAt(viewFrom("LISTEN", null, () => null), VIEW_NAMES.indexOf("mss")), null);
});
