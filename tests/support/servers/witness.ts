import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { sha256 } from "../../../scripts/letter/bytes/hash.ts";
import { signingKey } from "../../../scripts/letter/bytes/key.ts";
import { openCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import type { NoteVerifier } from "../../../scripts/letter/ledger/note.ts";
import { assertConsistency, equal, type Hash } from "../../../scripts/letter/ledger/tree.ts";

type Answer = { status: number; body?: string; type?: string };

/** What a witness does besides its duty: it may change the answer, or give one of its own. */
export type Bend = (answer: Answer, request: string) => Answer;

/**
 * A witness by C2SP tlog-witness and tlog-cosignature (Ed25519), on a port of this machine.
 *
 * It knows the ledgers of `logs`, and of each the last checkpoint that it cosigned. The message and the line of a
 * cosignature are put together here byte by byte, apart from the program's own reading of them.
 */
export class WitnessStub {
  readonly name: string;
  readonly vkey: string;
  /** where `/add-checkpoint` is appended, once it was started */
  url = "";
  /** how many requests came */
  asked = 0;
  bend: Bend = (answer) => answer;
  readonly latest = new Map<string, { size: number; root: Hash }>();
  private readonly id: Uint8Array;
  private readonly key;
  private readonly logs: readonly NoteVerifier[];
  private readonly clock: () => Date;
  private readonly server: Server;

  constructor(name: string, logs: readonly NoteVerifier[], clock: () => Date = () => new Date()) {
    this.name = name;
    this.logs = logs;
    this.clock = clock;
    this.key = signingKey(sha256(`witness ${name}`));
    this.id = sha256(`${name}\n`, Uint8Array.of(4), this.key.publicKey).subarray(0, 4);
    const key = Buffer.concat([Uint8Array.of(4), this.key.publicKey]).toString("base64");
    this.vkey = `${name}+${Buffer.from(this.id).toString("hex")}+${key}`;
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString("utf8");
      this.asked++;
      const right = request.method === "POST" && request.url === "/of/witness/add-checkpoint";
      const { status, body = "", type = "text/plain" } = this.bend(right ? this.answer(text) : { status: 405 }, text);
      response.writeHead(status, { "content-type": type }).end(body);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/of/witness`;
    return this;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  cosign(text: string): string {
    const time = Math.floor(this.clock().getTime() / 1000);
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const signature = this.key.sign(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`));
    return `\u2014 ${this.name} ${Buffer.concat([this.id, stamp, signature]).toString("base64")}\n`;
  }

  private answer(request: string): Answer {
    const split = request.indexOf("\n\n");
    const [first = "", ...proof] = request.slice(0, split).split("\n");
    const note = request.slice(split + 2);
    const match = /^old (0|[1-9]\d*)$/.exec(first);
    if (split < 0 || !match || proof.length > 63) return { status: 400 };
    const old = Number(match[1]);
    const log = this.logs.find(({ name }) => note.startsWith(`${name}\n`));
    if (!log) return { status: 404 };
    try {
      const { origin, size, root } = openCheckpoint(note, log);
      if (old > size) return { status: 400 };
      const latest = this.latest.get(origin);
      if (old !== (latest?.size ?? 0)) return { status: 409, type: "text/x.tlog.size", body: `${latest?.size ?? 0}\n` };
      if (latest && old === size && !equal(latest.root, root)) return { status: 409, body: "another root\n" };
      const hashes = proof.map((line) => new Uint8Array(Buffer.from(line, "base64")));
      if (old === 0 ? hashes.length > 0 : !isConsistent(old, latest!.root, size, root, hashes)) return { status: 422 };
      this.latest.set(origin, { size, root });
      return { status: 200, body: this.cosign(note.slice(0, note.lastIndexOf("\n\n") + 1)) };
    } catch (cause) {
      return { status: cause instanceof LetterError ? 403 : 500 };
    }
  }
}

function isConsistent(...proof: Parameters<typeof assertConsistency>): boolean {
  try {
    assertConsistency(...proof);
    return true;
  } catch {
    return false;
  }
}
