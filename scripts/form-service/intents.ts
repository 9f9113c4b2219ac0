import { createHash, createHmac } from "node:crypto";
import { formValues } from "../letter/submission.ts";
import type { Clock } from "../outside/clock.ts";
import type { Random } from "../outside/random.ts";
import type { Client } from "./client.ts";
import type { Query } from "./schema.ts";
import { hashOf } from "./submissions.ts";

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
/** Lines that are remembered for a minute. */
export const CAPACITY = 20_000;

/** Something that was sent without scripts, and the secret of the page that it led to. */
type Earlier = { readonly bytes: string; readonly s: Uint8Array };
/** The last intent of a line: when it came first and last, and when something else came before it. */
type LastOf = Earlier & {
  readonly userAgent: string;
  readonly first: number;
  readonly at: number;
  readonly other: number;
};

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
  // In the order of their last form.
  const lines = new Map<string, LastOf>();
  let crowdedUntil = Number.NEGATIVE_INFINITY;

  function lastOf(line: string, now: number): LastOf | undefined {
    for (const [key, { at }] of lines) {
      if (now - at <= QUIET) break;
      lines.delete(key);
    }
    return lines.get(line);
  }

  function remember(line: string, last: LastOf): void {
    lines.delete(line);
    if (lines.size >= CAPACITY) {
      // Whoever is forgotten might have been a neighbour.
      crowdedUntil = last.at + QUIET;
      lines.delete(lines.keys().next().value ?? "");
    }
    lines.set(line, last);
  }

  function earlierOf({ connection, userAgent }: SentForm, bytes: string, last: LastOf | undefined, now: number) {
    if (now <= crowdedUntil || (last !== undefined && now - last.other <= QUIET)) return undefined;
    const before = connection && overConnection.get(connection);
    if (before?.bytes === bytes && (last === undefined || last.s === before.s)) return before;
    const sameClick = last?.bytes === bytes && last.userAgent === userAgent && now - last.first <= SAME_CLICK;
    return sameClick ? last : undefined;
  }

  function withoutScripts(sent: SentForm, line: string): Uint8Array {
    const now = clock.now().getTime();
    const { userAgent, connection } = sent;
    const bytes = createHash("sha256").update(`${sent.lang}?${sent.form}`).digest("base64url");
    const last = lastOf(line, now);
    const earlier = earlierOf(sent, bytes, last, now);
    if (earlier && last) remember(line, { ...last, at: now });
    else {
      const other = earlier ? Number.NEGATIVE_INFINITY : (last?.at ?? Number.NEGATIVE_INFINITY);
      remember(line, { bytes, s: earlier?.s ?? random(16), userAgent, first: now, at: now, other });
    }
    const { s } = lines.get(line)!;
    if (connection) overConnection.set(connection, { bytes, s });
    return s;
  }

  return {
    secretFor(sent) {
      const { form, lang, client } = sent;
      const line = client.kind === "tor" || client.unknown ? undefined : client.line;
      const once = form.get("once") ?? "";
      if (!ONCE.test(once)) return line === undefined ? random(16) : withoutScripts(sent, line);
      const text = createHash("sha256")
        .update(JSON.stringify(formValues(form)))
        .digest();
      const key = createHmac("sha256", pepper).update("undersigned/v1/once").update(once).update(text).update(lang);
      const s = new Uint8Array(key.digest().subarray(0, 16));
      if (line !== undefined) {
        const now = clock.now().getTime();
        const other = lastOf(line, now)?.at ?? Number.NEGATIVE_INFINITY;
        remember(line, { bytes: "", s, userAgent: "", first: now, at: now, other });
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
