import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { root } from "../../support/source.ts";

type Solve = (challenge: string, rest: () => unknown) => Promise<string>;

const script = readFileSync(join(root, "content/assets/proof.js"), "utf8");
const page = { document: {}, crypto, atob, btoa, TextEncoder, Int32Array, Uint8Array, DataView };
runInNewContext(`${script}\nglobalThis.made = { solve, scrypt };`, page);

/** What a browser runs: the script that is served, in a page of its own. */
export const { solve, scrypt } = (
  page as unknown as {
    made: { solve: Solve; scrypt: (password: Uint8Array, rest: () => unknown) => Promise<Uint8Array> };
  }
).made;

/** The challenge on a page that asks to wait, solved. */
export function solveOn(html: string): Promise<string> {
  const challenge = /data-challenge="([^"]+)"/.exec(html)?.[1];
  if (challenge === undefined) throw new Error("the page has no challenge");
  return solve(challenge, () => undefined);
}
