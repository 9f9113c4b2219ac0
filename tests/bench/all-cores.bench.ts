import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { isSignedBy } from "../../scripts/letter/bytes/key.ts";
import { attestedText, entriesOf } from "../../scripts/letter/ledger/entry.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { service, vkey } from "../letter/invented.ts";
import { edition, publishedSite } from "../site/published-site.ts";
import { root } from "../support/source.ts";
import type { Bench } from "./bench.ts";
import { acceptedAtOnce } from "./long-ledger.ts";
import { type Watched, watched } from "./memory.ts";

/** What is hoped for with two cores, and with four. */
const mostTime = () => (availableParallelism() < 4 ? 0.75 : 0.4);

export const bench: Bench = {
  about:
    "npm run verify on a site in a folder, pages included, against bare Ed25519 of its attestations on one core (--signatures 1000000 for the largest)",
  async run({ signatures = 100_000 }) {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-all-cores-"));
    try {
      const attested = await writeSite(folder, signatures);
      const bare = bareSeconds(attested);
      const verified = await verifiedIn(folder);
      return [
        { name: "signatures", value: signatures, unit: "" },
        { name: "bare Ed25519 on one core", value: bare, unit: "s" },
        { name: "verify", value: verified.seconds, unit: "s" },
        { name: "verify ÷ bare Ed25519, in time", value: verified.seconds / bare, unit: "×", atMost: mostTime() },
        { name: "memory of verify, at most", value: verified.mebibytes, unit: "MiB", atMost: 300 },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

type Attested = { readonly text: Buffer; readonly attestation: Uint8Array };

async function writeSite(folder: string, signatures: number): Promise<Attested[]> {
  const { letterTexts } = await readContent(join(root, "content"));
  const record = acceptedAtOnce(signatures, { edition, texts: letterTexts });
  for (const [path, bytes] of await publishedSite(record)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return entriesOf("accept", record.entries).map((entry) => ({
    text: Buffer.from(attestedText(entry)),
    attestation: parseBase64url(entry.attestation, 64),
  }));
}

function bareSeconds(attested: readonly Attested[]): number {
  const start = performance.now();
  for (const { text, attestation } of attested)
    if (!isSignedBy(service.publicKey, text, attestation)) throw new Error("an attestation is not good");
  return (performance.now() - start) / 1000;
}

/** Runs the command as people run it. */
async function verifiedIn(folder: string): Promise<Watched> {
  const verified = await watched([join(root, "scripts/cli/verify.ts"), folder, "--vkey", vkey]);
  if (verified.code !== 0 || !verified.said.startsWith("ok: ")) throw new Error(`verify says ${verified.said}`);
  return verified;
}
