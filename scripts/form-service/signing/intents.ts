import { createHmac } from "node:crypto";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { sha256 } from "../../letter/bytes/hash.ts";
import { formValues } from "../../letter/signature/submission.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Random } from "../../outside/random.ts";
import type { Client } from "../limits/client.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import type { Query } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";

/** A form that was sent to sign with, and how it came. */
export type SentForm = {
  readonly form: URLSearchParams;
  readonly lang: string;
  readonly client: Client;
  readonly userAgent: string;
  /** the connection it came over; undefined where it is a proxy's, which many share */
  readonly connection: object | undefined;
};

/** Tells whether two forms are one intent: a double click, a reload, a line that broke before the answer came. */
export type Intents = {
  /** The secret of the page that this form leads to: the same for every form of one intent. */
  secretFor(sent: SentForm): Uint8Array;
  /** Does the work for a secret, or waits for what another form of the same intent has begun. */
  once<T>(s: Uint8Array, work: () => Promise<T>): Promise<T>;
};

/** How long a second form without `once` may be the same click, in milliseconds. */
const SAME_CLICK = 15_000;
/** Nobody else may have sent anything over the line for so long. */
const QUIET = 60_000;
/** Lines that are remembered for a minute; those of the network that has most of them are forgotten first. */
export const CAPACITY = 20_000;
/** Networks of which it is known that lines of theirs were forgotten. */
const CROWDED = 1_000;

/** Something that was sent without scripts, and the secret of the page that it led to. */
type Earlier = { readonly bytes: string; readonly s: Uint8Array };
/** The last intent of a line: when it came first and last, and when something else came before it. */
type LastOf = Earlier & {
  readonly userAgent: string;
  readonly network: string;
  readonly first: number;
  readonly at: number;
  readonly other: number;
};

type KnownLine = Pick<Extract<Client, { kind: "line" }>, "line" | "network">;

/**
 * With `once`, the secret is an HMAC under the pepper: every instance finds it, also after a restart, and nobody else does.
 *
 * Without it memory has to tell. A neighbour behind the same address may send the same words to get at somebody else's page:
 * so nothing else may have come over the line, and what comes over Tor or from nowhere is never taken for the same.
 */
export function openIntents(deps: { clock: Clock; random: Random; pepper: Uint8Array }): Intents {
  const { clock, random, pepper } = deps;
  const running = new Map<string, Promise<unknown>>();
  const overConnection = new WeakMap<object, Earlier>();
  let crowdedUntil = Number.NEGATIVE_INFINITY;
  const crowded = openBoundedMap<number>(CROWDED, (_, until) => {
    crowdedUntil = Math.max(crowdedUntil, until);
  });
  // Whoever is forgotten might have been a neighbour of those in the same network.
  const lines = openBoundedMap<LastOf>(CAPACITY, (_, { network }) =>
    crowded.set(network, clock.now().getTime() + QUIET, network),
  );

  function lastOf(line: string, now: number): LastOf | undefined {
    for (let quietest = lines.oldest(); quietest && now - quietest[1].at > QUIET; quietest = lines.oldest())
      lines.delete(quietest[0]);
    return lines.get(line);
  }

  const isCrowded = (network: string, now: number) => now <= Math.max(crowdedUntil, crowded.get(network) ?? -Infinity);

  function earlierOf(sent: SentForm, network: string, bytes: string, last: LastOf | undefined, now: number) {
    const { connection, userAgent } = sent;
    if (isCrowded(network, now) || (last !== undefined && now - last.other <= QUIET)) return undefined;
    const before = connection && overConnection.get(connection);
    if (before?.bytes === bytes && (last === undefined || last.s === before.s)) return before;
    const sameClick = last?.bytes === bytes && last.userAgent === userAgent && now - last.first <= SAME_CLICK;
    return sameClick ? last : undefined;
  }

  function withoutScripts(sent: SentForm, { line, network }: KnownLine): Uint8Array {
    const now = clock.now().getTime();
    const { userAgent, connection } = sent;
    const bytes = formatBase64url(sha256(`${sent.lang}?${sent.form}`));
    const last = lastOf(line, now);
    const earlier = earlierOf(sent, network, bytes, last, now);
    if (earlier && last) lines.set(line, { ...last, at: now }, network);
    else {
      const other = earlier ? Number.NEGATIVE_INFINITY : (last?.at ?? Number.NEGATIVE_INFINITY);
      const s = earlier?.s ?? random(16);
      lines.set(line, { bytes, s, userAgent, network, first: now, at: now, other }, network);
    }
    const { s } = lines.get(line)!;
    if (connection) overConnection.set(connection, { bytes, s });
    return s;
  }

  return {
    secretFor(sent) {
      const { form, lang, client } = sent;
      const known = client.kind === "tor" || client.unknown ? undefined : client;
      const once = form.get("once") ?? "";
      if (!ONCE.test(once)) return known === undefined ? random(16) : withoutScripts(sent, known);
      const text = sha256(JSON.stringify(formValues(form)));
      const key = createHmac("sha256", pepper).update("undersigned/v1/once").update(once).update(text).update(lang);
      const s = new Uint8Array(key.digest().subarray(0, 16));
      if (known !== undefined) {
        const { line, network } = known;
        const now = clock.now().getTime();
        const other = lastOf(line, now)?.at ?? Number.NEGATIVE_INFINITY;
        lines.set(line, { bytes: "", s, userAgent: "", network, first: now, at: now, other }, network);
      }
      return s;
    },
    async once(s, work) {
      const key = hashOf(s);
      const started = running.get(key) as ReturnType<typeof work> | undefined;
      if (started) return started;
      const begun = work().finally(() => running.delete(key));
      running.set(key, begun);
      return begun;
    },
  };
}

/** 16 bytes in base64url: what `sign.js` puts into the form. */
const ONCE = /^[\w-]{22}$/;

/** Whether this very intent was taken before. It says nothing about the address that was typed. */
export async function isTaken(query: Query, s: Uint8Array): Promise<boolean> {
  const row = await query.selectFrom("submission").select("s_hash").where("s_hash", "=", hashOf(s)).executeTakeFirst();
  return row !== undefined;
}
