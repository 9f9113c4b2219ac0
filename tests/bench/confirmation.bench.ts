import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { CONTACT_BYTES } from "../../scripts/letter/signature/contact.ts";
import { openSeal } from "../../scripts/outside/seal/seal.ts";
import { type Bench, compare, type Side } from "./bench.ts";
import { AT_ONCE, openConfirmations, twoRecipients } from "./confirmations.ts";

/** More than this in a second no side reaches: so many rows are made ready for each second. */
const MOST = 10_000;

export const bench: Bench = {
  about: `confirmations without sealing, ${AT_ONCE} at once, against the same bytes written by bare SQLite`,
  async run(effort) {
    const sealed = await openSeal(await twoRecipients())(new Uint8Array(CONTACT_BYTES));
    const confirmations = await openConfirmations();
    const bare = openBare(sealed);
    const sides = {
      confirmations: confirmations.side(async () => sealed, MOST),
      "bare group commit": bare.side(AT_ONCE),
      "one transaction each": bare.side(1),
    };
    const figures = await compare(
      sides,
      [
        { side: "confirmations", over: "bare group commit", atLeast: 0.6 },
        { side: "confirmations", over: "one transaction each" },
      ],
      effort,
    );
    await confirmations.close();
    bare.close();
    return figures.map((figure) => (figure.name === "confirmations" ? { ...figure, atLeast: 1_000 } : figure));
  },
};

/** The statements of a confirmation and nothing else: no decryption, no attestation, no Kysely, no promise. */
function openBare(sealed: Uint8Array) {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-bench-"));
  const sqlite = new Sqlite(join(folder, "bare.db"));
  for (const setting of ["journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"]) sqlite.pragma(setting);
  sqlite.exec(`
    create table submission (s_hash text primary key, sealed blob, code_hash text, tries integer, day text) without rowid;
    create table code (code_hash text primary key, id text) without rowid;
    create table vault (id text primary key, sealed blob) without rowid;
    create table signature (id text primary key, state text, day text, edition text, row text, sheet text) without rowid;
    create table address (hmac text primary key, typed text, id text) without rowid;
    create index signature_state on signature (state);
    create index code_id on code (id);
    create index address_id on address (id);`);
  const submit = sqlite.prepare("insert into submission values (?, ?, null, 0, ?)");
  const find = sqlite.prepare("select * from submission where s_hash = ?");
  const spend = sqlite.prepare("update submission set sealed = null, code_hash = ? where s_hash = ?");
  const claim = sqlite.prepare("insert into address values (?, ?, ?) on conflict do nothing");
  const code = sqlite.prepare("insert into code values (?, ?)");
  const vault = sqlite.prepare("insert into vault values (?, ?)");
  const signature = sqlite.prepare("insert into signature values (?, 'confirmed', ?, ?, ?, null)");
  const hash = () => randomBytes(32).toString("hex");
  const [day, edition, row, submission] = ["2026-11-22", "e".repeat(43), "r".repeat(420), Buffer.alloc(2076, 1)];

  const confirmOne = (s: string) => {
    const [id, code_hash] = [randomBytes(13).toString("hex"), hash()];
    find.get(s);
    spend.run(code_hash, s);
    claim.run(hash(), hash(), id);
    code.run(code_hash, id);
    vault.run(id, sealed);
    signature.run(id, day, edition, row);
  };
  const side =
    (together: number): Side =>
    async (milliseconds) => {
      const waiting = Array.from({ length: Math.ceil((MOST * milliseconds) / 1000) }, hash);
      sqlite.transaction(() => {
        for (const s of waiting) submit.run(s, submission, day);
      })();
      const many = sqlite.transaction((group: string[]) => {
        for (const s of group) confirmOne(s);
      });
      const start = performance.now();
      let done = 0;
      while (performance.now() - start < milliseconds && waiting.length > 0) {
        const group = waiting.splice(-together);
        many(group);
        done += group.length;
      }
      return (done * 1000) / (performance.now() - start);
    };
  return {
    side,
    close() {
      sqlite.close();
      rmSync(folder, { recursive: true });
    },
  };
}
