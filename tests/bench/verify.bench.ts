import { createHmac, createPublicKey, hash, verify } from "node:crypto";
import { parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { attestedText, parseEntry } from "../../scripts/letter/ledger/entry.ts";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import type { ListRow } from "../../scripts/letter/signature/list.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import { edition, readFrom, service, siteOf } from "../letter/invented.ts";
import { type Bench, compare, inFlight, type Side } from "./bench.ts";
import { acceptedAtOnce } from "./long-ledger.ts";

const BARE = "bare cryptography";

export const bench: Bench = {
  about: "ledger and list of 70,000 signatures verified in one process, against their cryptography alone",
  async run(effort) {
    const entries = effort.signatures ?? 70_000;
    const record = acceptedAtOnce(entries);
    const site = siteOf(record);
    const sides = {
      verify: times(
        entries,
        inFlight(1, () => verifyPublished(readFrom(site))),
      ),
      [BARE]: times(entries, inFlight(1, bareCryptography(record))),
    };
    return compare(sides, [{ side: "verify", over: BARE }], effort);
  },
};

/**
 * What nobody can verify the same record without, with every byte laid ready: a signature of Ed25519 and an HMAC for each
 * row, and SHA-256 for each leaf and each node of the tree.
 */
function bareCryptography(record: CampaignRecord): () => Promise<void> {
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(service.publicKey).toString("base64url") },
    format: "jwk",
  });
  const leaves = record.entries.map((entry) => Buffer.from(`\0${entry}`));
  const node = Buffer.alloc(65, 1);
  const attested = record.entries.flatMap((line) => {
    const entry = parseEntry(line);
    if (entry.kind !== "accept") return [];
    return { text: Buffer.from(attestedText(entry)), attestation: parseBase64url(entry.attestation, 64) };
  });
  const committed = record.rows.map((row) => ({ opening: parseBase64url(row.opening, 32), message: messageOf(row) }));
  return async () => {
    for (const leaf of leaves) {
      hash("sha256", leaf, "buffer");
      hash("sha256", node, "buffer");
    }
    for (const { text, attestation } of attested)
      if (!verify(null, text, key, attestation)) throw new Error("an attestation is not good");
    for (const { opening, message } of committed) createHmac("sha256", opening).update(message).digest();
  };
}

/** The bytes under a public commitment. */
function messageOf({ shown, name, lang, place, signed }: ListRow): Buffer {
  const fields = ["undersigned/v1/public", parseBase64url(edition, 32), shown, name, lang, place, signed];
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as string);
      return [Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes];
    }),
  );
}

/** Counts signatures: the whole takes seconds. */
function times(count: number, side: Side): Side {
  return async (milliseconds) => (await side(milliseconds)) * count;
}
