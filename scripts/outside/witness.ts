import { LetterError } from "../letter/bytes/error.ts";
import { printable } from "../letter/bytes/printable.ts";
import { formatRoot } from "../letter/ledger/checkpoint.ts";
import { type Cosignature, openCosignature } from "../letter/ledger/cosignature.ts";
import type { Hash } from "../letter/ledger/tree.ts";
import { consistencyProof } from "../letter/ledger/tree-proof.ts";
import { isQuorumMet, type Witness, type WitnessPolicy } from "../letter/ledger/witness-policy.ts";
import type { Clock } from "./clock.ts";
import { readBody } from "./published.ts";

/** Another program may ask the same witness meanwhile, so that its size changes between two requests. */
const ASK_ATTEMPTS = 4;
const ANSWER_BYTES = 64 * 1024;

/**
 * Asks a witness for its cosignature of a checkpoint, and checks it. Source: C2SP tlog-witness, `add-checkpoint`.
 *
 * What the witness last saw is not stored here: it is asked with size 0, and answers with the size that it knows.
 *
 * @param note the signed checkpoint
 * @param leaves the hashes of all its entries
 * @throws LetterError `witness`, `note` or `cosignature`, in words for the operator
 */
export async function askWitness(
  { cosigner, url }: Witness,
  note: string,
  leaves: readonly Hash[],
  clock: Clock,
): Promise<Cosignature> {
  if (url === undefined) throw refused("the policy has no address for it");
  let old = 0;
  for (let attempt = 1; attempt <= ASK_ATTEMPTS; attempt++) {
    const { status, sizes, body } = await post(`${url}/add-checkpoint`, requestOf(old, note, leaves));
    if (status === 200) return openCosignature(note + signatureLines(body), cosigner, clock.now());
    if (status !== 409 || !sizes) throw refused(REASONS[status] ?? `it answers with status ${status}`);
    old = sizeOf(body, leaves.length);
  }
  throw refused("the size that it knows changes with every answer");
}

/**
 * Asks every witness of a policy at once.
 *
 * @param say gets a line for each that does not cosign
 * @returns the lines of the cosignatures by the witness's name
 */
export async function askWitnesses(
  { witnesses }: Pick<WitnessPolicy, "witnesses">,
  { note, leaves }: { note: string; leaves: readonly Hash[] },
  clock: Clock,
  say: (line: string) => void,
): Promise<ReadonlyMap<string, string>> {
  const cosigned = new Map<string, string>();
  const ask = async (witness: Witness) => {
    try {
      cosigned.set(witness.name, (await askWitness(witness, note, leaves, clock)).line);
    } catch (cause) {
      if (!(cause instanceof LetterError)) throw cause;
      say(`${printable(witness.name)}: ${cause.message}`);
    }
  };
  await Promise.all(witnesses.map(ask));
  return cosigned;
}

/** Says whether the quorum is met, and by how many. */
export function formatQuorum(policy: WitnessPolicy, cosigned: ReadonlyMap<string, string>, size: number): string {
  const { length } = policy.witnesses;
  const met = isQuorumMet(policy, new Set(cosigned.keys()));
  const told =
    length === 0 ? "no witness is asked, since the policy names none" : `${cosigned.size} of ${length} cosigned`;
  return `${met ? "quorum met" : "quorum not met"} (${printable(policy.quorum)}): ${told}, tree size ${size}`;
}

const REASONS: Readonly<Record<number, string>> = {
  403: "it does not know the key of this ledger: tell its operator the verifier key",
  404: "it does not know this ledger: ask its operator to add the origin",
  409: "it has cosigned this size with another root: two ledgers of this origin are about, keep both checkpoints",
  422: "what it has cosigned is not the beginning of this ledger: two of this origin are about, keep both checkpoints",
  429: "it is asked too often: try later",
};

/** Formats the request: `old SIZE`, the proof from there, an empty line, the checkpoint. */
function requestOf(old: number, note: string, leaves: readonly Hash[]): string {
  const proof = old === 0 ? [] : consistencyProof(old, leaves);
  return `old ${old}\n${proof.map((hash) => `${formatRoot(hash)}\n`).join("")}\n${note}`;
}

/** A blank line in the answer would move the border between the text of the checkpoint and its signatures. */
function signatureLines(body: string): string {
  if (!/^(— .*\n)+$/u.test(body)) throw refused("its answer is not lines of signatures");
  return body;
}

function sizeOf(body: string, size: number): number {
  if (!/^(0|[1-9]\d{0,14})\n$/.test(body)) throw refused("the size that it answers with is malformed");
  if (Number(body) > size)
    throw refused(
      `it has cosigned ${Number(body)} entries, here are ${size}: this copy is old, or entries were taken out`,
    );
  return Number(body);
}

async function post(url: string, body: string): Promise<{ status: number; sizes: boolean; body: string }> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      redirect: "error",
      headers: { "content-type": "text/plain" },
      signal: AbortSignal.timeout(30_000),
    });
    const text = Buffer.from(await readBody(answer, "the answer", ANSWER_BYTES)).toString("utf8");
    return { status: answer.status, sizes: answer.headers.get("content-type") === "text/x.tlog.size", body: text };
  } catch (cause) {
    if (cause instanceof LetterError) throw cause;
    throw new LetterError("witness", "it cannot be reached, or sends its callers elsewhere", { cause });
  }
}

function refused(message: string): LetterError {
  return new LetterError("witness", message);
}
