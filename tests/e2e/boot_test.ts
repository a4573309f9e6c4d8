/**
 * Firmware with a TCP of its own fetches over HTTP from ours, in a virtual machine: iPXE, GRUB and EDK2, without loss and with
 * 1 % of all segments lost each way. What is not installed is left out by name; all of it is unless RAWTCP_E2E=full is set, for it takes minutes.
 */

import { assert, assertMatch } from "@std/assert";
import { digest, pattern } from "./bulk.ts";
import { CLIENT, StackNetwork } from "./interop/stacks.ts";
import { must, Program, run } from "./process.ts";

const OCTETS = 2_000_000;
const SERVER = new URL("./interop/boot_server.ts", import.meta.url).pathname;
const OVMF = "/usr/share/OVMF/OVMF_CODE.fd";

/** Milliseconds. */
const BOOT_PATIENCE = 150_000;

/** What is to be seen of a firmware that has fetched. */
interface Firmware {
  readonly name: string;
  /** Files without which it is left out. */
  readonly files: readonly string[];
  /** What the DHCP server tells it to fetch. */
  readonly file: string;
  /** Makes what it boots from in the folder. @returns options of qemu */
  readonly prepare: (folder: string) => Promise<readonly string[]>;
  /** What its console shows. */
  readonly shows: RegExp;
  /** What our server says. */
  readonly served: RegExp;
}

/** As GRUB prints it. */
const HASH = await digest(pattern(OCTETS));
const GRUB_MODULES = "/usr/lib/grub/x86_64-efi/http.mod";

const FIRMWARE: readonly Firmware[] = [
  {
    name: "iPXE",
    files: ["/usr/lib/ipxe/qemu/pxe-virtio.rom"],
    file: `http://${CLIENT}/boot.ipxe`,
    prepare: async (folder) => {
      const script =
        `#!ipxe\nimgfetch http://${CLIENT}/${OCTETS}.bin && echo FETCHED || echo FAILED\nimgstat\nsleep 1\npoweroff\n`;
      await Deno.writeTextFile(`${folder}/boot.ipxe`, script);
      return ["-device", "virtio-net-pci,netdev=n", "-boot", "n"];
    },
    shows: /FETCHED/,
    served: new RegExp(`GET /${OCTETS}.bin: 20000\\d\\d acknowledged`),
  },
  {
    name: "GRUB",
    files: [GRUB_MODULES, OVMF],
    file: "none",
    prepare: async (folder) => {
      const script = `set pager=0\ninsmod efinet\ninsmod http\nnet_add_addr n efinet0 10.0.2.77\n` +
        `sha256sum (http,${CLIENT})/${OCTETS}.bin\nsleep 1\nhalt\n`;
      await Deno.writeTextFile(`${folder}/grub.cfg`, script);
      await Deno.mkdir(`${folder}/esp/EFI/BOOT`, { recursive: true });
      const modules = "--modules=efinet http net hashsum gcry_sha256 echo sleep halt";
      const made = `${folder}/esp/EFI/BOOT/BOOTX64.EFI`;
      await must([
        "grub-mkstandalone",
        "-O",
        "x86_64-efi",
        "-o",
        made,
        modules,
        `boot/grub/grub.cfg=${folder}/grub.cfg`,
      ]);
      const disk = `format=raw,file=fat:rw:${folder}/esp`;
      return ["-device", "virtio-net-pci,netdev=n", "-drive", flash(OVMF), "-drive", disk];
    },
    shows: new RegExp(HASH),
    served: new RegExp(`GET /${OCTETS}.bin: 20000\\d\\d acknowledged`),
  },
  {
    name: "EDK2",
    files: [GRUB_MODULES, OVMF],
    file: `http://${CLIENT}/boot.efi`,
    prepare: async (folder) => {
      await Deno.writeTextFile(`${folder}/grub.cfg`, "echo BOOTED\nsleep 1\nhalt\n");
      const made = `${folder}/boot.efi`;
      const config = `boot/grub/grub.cfg=${folder}/grub.cfg`;
      await must(["grub-mkstandalone", "-O", "x86_64-efi", "-o", made, "--modules=echo halt sleep", config]);
      return ["-device", "virtio-net-pci,netdev=n,romfile=", "-drive", flash(OVMF)];
    },
    shows: /BOOTED/,
    served: /GET \/boot.efi: \d{7,} acknowledged/,
  },
];

function flash(file: string): string {
  return `if=pflash,format=raw,readonly=on,file=${file}`;
}

async function missing({ files }: Firmware): Promise<string | null> {
  if (Deno.env.get("RAWTCP_E2E") !== "full") return "takes minutes; RAWTCP_E2E=full asks for it";
  for (const command of ["qemu-system-x86_64", "dnsmasq"]) {
    if ((await run(["bash", "-c", `command -v ${command}`])).code !== 0) return `${command} is not installed`;
  }
  for (const file of files) {
    if ((await run(["test", "-e", file])).code !== 0) return `${file} is not installed`;
  }
  return null;
}

/** What a terminal would show, without its control sequences. */
function plain(console: string): string {
  // deno-lint-ignore no-control-regex
  return console.replace(/\x1b\[[0-9;=?]*[a-zA-Z]/g, "").replaceAll("\r", "");
}

for (const firmware of FIRMWARE) {
  const reason = await missing(firmware);
  const name = `${firmware.name} fetches over HTTP from our TCP${
    reason === null ? "" : ` (left out: ${reason})`
  }`;
  Deno.test({ name, ignore: reason !== null }, async (t) => {
    for (const loss of [0, 1]) {
      await t.step(`${loss} % lost`, async () => {
        await using network = await StackNetwork.create(null);
        await network.lose(loss);
        const folder = await Deno.makeTempDir({ prefix: "rawtcp-boot-" });
        try {
          const options = await firmware.prepare(folder);
          const deno = [Deno.execPath(), "run", "--allow-ffi", "--allow-read"];
          await using server = network.client.start([...deno, SERVER, CLIENT, folder]);
          const leases =
            "-d -C /dev/null --port=0 --interface=c0 --bind-interfaces --user=root --dhcp-option=3 --dhcp-option=6 " +
            `--dhcp-range=10.0.2.77,10.0.2.78,255.255.255.0,1h --dhcp-option-force=60,HTTPClient --dhcp-leasefile=${folder}/leases`;
          await using _dhcp = network.client.start([
            "dnsmasq",
            ...leases.split(" "),
            `--dhcp-boot=${firmware.file}`,
          ]);
          await using machine = new Program(network.atBridge([
            "qemu-system-x86_64",
            "-m",
            "512",
            "-nographic",
            "-no-reboot",
            "-netdev",
            "tap,id=n,ifname=tap0,script=no,downscript=no",
            ...options,
          ]));
          await server.shows(firmware.served, BOOT_PATIENCE);
          const limit = performance.now() + BOOT_PATIENCE;
          while (!firmware.shows.test(plain(machine.out))) {
            assert(performance.now() < limit, plain(machine.out).slice(-2_000));
            await new Promise((resolve) => setTimeout(resolve, 200));
          }
          assertMatch(plain(machine.out), firmware.shows);
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      });
    }
  });
}
