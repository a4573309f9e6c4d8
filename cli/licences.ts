/**
 * What is inside the executables and under which licence, for `--licenses`.
 *
 * @module
 */

/** A part of the executables that is under the MIT licence. */
interface Component {
  readonly name: string;
  /** The line that its licence has. */
  readonly copyright: string;
}

const COMPONENTS: readonly Component[] = [
  { name: "rawtcp", copyright: "Copyright (c) 2026 The rawtcp authors" },
  { name: "uPlot 1.6.32, in reports", copyright: "Copyright (c) 2022 Leon Sorokin" },
  { name: "fzstd 0.1.1, for captures", copyright: "Copyright (c) 2020 Arjun Barrett" },
  {
    name: "the Deno Standard Library (deno-std 1.4.0): cli, fmt, text",
    copyright: "Copyright (c) 2018-2025 the Deno authors",
  },
  { name: "the runtime of Deno", copyright: "Copyright (c) 2018-2026 the Deno authors" },
];

/** The text that these licences have in common. */
export const MIT_TEXT =
  `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The text of `--licenses`. */
export function licences(): string {
  const parts = COMPONENTS.map(({ name, copyright }) => `  ${name}\n      ${copyright}`);
  return `The executables contain, under the MIT licence below:

${parts.join("\n")}

The runtime of Deno contains further works, V8 (BSD, 3 clauses) and crates of Rust among them, each under its own
licence: see https://github.com/denoland/deno. rawtcp-client and rawtcp-server run from their sources contain the first
four only.

${MIT_TEXT}`;
}
