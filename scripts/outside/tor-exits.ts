import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAddress } from "./network-address.ts";

/**
 * The addresses in `$DATA_DIR/tor-exits.txt`, one a line, as the Tor Project publishes them; none without the file.
 * Whoever runs the service puts it there: the service itself asks nobody.
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
