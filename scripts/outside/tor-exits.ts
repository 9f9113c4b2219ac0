import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAddress } from "./network-address.ts";

/**
 * Reads the addresses in `$DATA_DIR/tor-exits.txt`, one per line, as the Tor Project publishes them; none without the
 * file. The operator puts it there: the service itself makes no request for it.
 */
export async function readTorExits(dataDir: string): Promise<ReadonlySet<string>> {
  try {
    const text = await readFile(join(dataDir, "tor-exits.txt"), "utf8");
    return new Set(text.split("\n").flatMap((line) => parseAddress(line) ?? []));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return new Set();
    throw cause;
  }
}
