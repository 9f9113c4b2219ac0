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

/** A submitted signing form, and how it arrived. */
export type SentForm = {
  readonly form: URLSearchParams;
  readonly lang: string;
  readonly client: Client;
  readonly userAgent: string;
  /** the connection it came over; undefined if it is a proxy's, which many share */
  readonly connection: object | undefined;
};

/** Decides whether two forms are one intent: a double click, a reload, a connection that broke before the answer. */
export type Intents = {
  /** Returns the secret of the page that this form leads to: the same for every form of one intent. */
  secretFor(sent: SentForm): Uint8Array;
  /** Does the work for a secret, or waits for the work that another form of the same intent has started. */
  once<T>(s: Uint8Array, work: () => Promise<T>): Promise<T>;
};

/** How long a second form without `once` may be the same click, in milliseconds. */
const SAME_CLICK = 15_000;
/** No other client may have sent anything over the line for this long. */
const QUIET = 60_000;
/** The most lines remembered, for a minute each. Those of the network with the most are forgotten first. */
export const CAPACITY = 20_000;
/** The most networks remembered as having lost lines that way. */
const CROWDED = 1_000;

/** A form that was sent without scripts, and the secret of the page that it led to. */
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
 * With `once`, the secret is an HMAC under the pepper: only our instances can derive it, also after a restart.
 *
 * Without it, memory decides. A neighbour behind the same address may send the same words to reach another signer's
 * page, so nothing else may have come over the line, and forms over Tor or from an unknown address never count as the
 * same.
 */
export function openIntents(deps: { clock: Clock; random: Random; pepper: Uint8Array }): Intents {
  const { clock, random, pepper } = deps;
  const running = new Map<string, Promise<unknown>>();
  const overConnection = new WeakMap<object, Earlier>();
  let crowdedUntil = Number.NEGATIVE_INFINITY;
  const crowded = openBoundedMap<number>(CROWDED, (_, until) => {
    crowdedUntil = Math.max(crowdedUntil, until);
  });
  // A forgotten line might have been a neighbour of those in the same network.
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

/** 16 bytes in base64url, which `sign.js` puts into the form. */
const ONCE = /^[\w-]{22}$/;

/** Whether this very intent was taken before. It says nothing about the address that was typed. */
export async function isTaken(query: Query, s: Uint8Array): Promise<boolean> {
  const row = await query.selectFrom("submission").select("s_hash").where("s_hash", "=", hashOf(s)).executeTakeFirst();
  return row !== undefined;
}
