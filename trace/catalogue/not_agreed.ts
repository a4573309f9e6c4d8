/**
 * What is said of what a segment carries although the SYNs have not agreed on it: rule, label and sentence.
 *
 * @module
 */

import type { CatalogueEntry } from "./entry.ts";
import type { NotAgreedCode } from "./finding_codes.ts";

/** What is said of each. */
export const NOT_AGREED: Readonly<Record<NotAgreedCode, CatalogueEntry>> = {
  "sack-not-agreed": {
    rule: "RFC 2018 2",
    label: "SACK, not agreed on",
    sentence: "It has SACK blocks, although the SYNs do not agree on SACK: they count for nothing.",
  },
  "timestamps-not-agreed": {
    rule: "RFC 7323 3.2",
    label: "timestamps, not agreed on",
    sentence: "It has timestamps, although the SYNs do not agree on them: they count for nothing.",
  },
  "ecn-not-agreed": {
    rule: "RFC 3168 6.1.1",
    label: "{ecnSigns}, ECN not agreed on",
    sentence: "It has {ecnSigns}, although the SYNs do not agree on ECN: that tells of no congestion.",
  },
};
