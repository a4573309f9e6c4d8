/**
 * Unwraps frames, layer by layer, down to the innermost IP packet.
 *
 * @module
 */

import { ethernet, llc, mpls, nsh, pbb, ppp, pppoe, vlan, vntag, wccp } from "./ether_types.ts";
import { ipLayer } from "./ip_layer.ts";
import { type Cursor, type Layer, type LayerName, MOST_LAYERS } from "./layer.ts";
import { LINK_LAYERS, LINK_TYPES } from "./link_types.ts";
import { byUdpPort, geneve, gre, gtp, l2tp, teredo, vxlan, vxlanGpe } from "./tunnels.ts";
import { dot11, paddedDot11, radiotap } from "./wireless.ts";

/** How each layer is read. */
const LAYERS: Readonly<Record<LayerName, Layer>> = {
  ...LINK_LAYERS,
  "ethernet": ethernet,
  "vlan": vlan,
  "llc": llc,
  "mpls": mpls,
  "nsh": nsh,
  "pppoe": pppoe,
  "vntag": vntag,
  "pbb": pbb,
  "wccp": wccp,
  "ppp": ppp,
  "radiotap": radiotap,
  "802.11": dot11,
  "padded 802.11": paddedDot11,
  "ip": ipLayer,
  "gre": gre,
  "udp": byUdpPort,
  "vxlan": vxlan,
  "geneve": geneve,
  "gtp": gtp,
  "vxlan-gpe": vxlanGpe,
  "teredo": teredo,
  "l2tp": l2tp,
};

/** Unwraps a frame of `length` octets, of which `octets` were captured, down to its innermost IP packet. */
export function unwrap(cursor: Cursor, linkType: number, octets: Uint8Array, length: number): void {
  cursor.start(octets, length);
  const first = LINK_TYPES[linkType];
  if (first === undefined) cursor.give(`link type ${linkType}`);
  else unwrapFrom(cursor, first);
}

/** Unwraps from a layer on that stands at the cursor. */
export function unwrapFrom(cursor: Cursor, first: LayerName): void {
  let layer: LayerName | null = first;
  for (let i = 0; layer !== null; i++) {
    layer = i < MOST_LAYERS ? LAYERS[layer](cursor) : cursor.give("endless layers");
  }
}
