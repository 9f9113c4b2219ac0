import type { Service } from "../../../scripts/form-service/service.ts";
import { isSuppressed } from "../../../scripts/form-service/signing/suppression.ts";
import { keyedAddress } from "../../../scripts/form-service/store/address.ts";
import { parseBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { idOf } from "../../../scripts/letter/signature/derivation.ts";
import { parseEmail } from "../../../scripts/letter/signature/email.ts";
import type { Interference } from "./two-worlds.ts";

// Faults as somebody might build them in by mistake, each put around parts of the service from outside. Each tells
// strangers a little of what is known of an address; the comparison of two worlds must notice every one of them.

export const INTERFERENCES: Readonly<Record<string, () => Interference>> = {
  "a note after the look-up": () => ({
    service: (service) => ({
      ...service,
      codeMails: {
        ...service.codeMails,
        send(mail, answered) {
          // As if room for a mail was taken only once it is known that there is one.
          const noted = answered.then(async () => {
            if (!(await isKnown(service, mail.email))) service.limits.again(mail.client);
          });
          service.codeMails.send(mail, noted);
        },
      },
    }),
  }),

  "an early return": () => {
    let count = 0;
    return {
      app: (app, service) => ({
        async fetch(request, peer) {
          const email = await emailOf(request);
          if (email === undefined || (await isKnown(service, email))) return app.fetch(request, peer);
          // As if it returned before an allowance of this sender was asked for: nothing is known of the address.
          const headers = new Headers(request.headers);
          headers.set("X-Forwarded-For", `203.0.113.${count++ % 250}`);
          return app.fetch(new Request(request, { headers }), peer);
        },
      }),
    };
  },

  "room freed": () => {
    const silent = new Set<string>();
    return {
      mails: (mails) => ({ ...mails, add: (mail) => silent.has(mail.to) || mails.add(mail) }),
      service: (service) => ({
        ...service,
        codeMails: {
          ...service.codeMails,
          send(mail, answered) {
            const looked = answered.then(async () => {
              if (await isKnown(service, mail.email)) silent.add(mail.email);
              else silent.delete(mail.email);
            });
            service.codeMails.send(mail, looked);
          },
        },
      }),
    };
  },

  "the order of a list": () => ({
    list: async (rows, service) => {
      const addresses = await service.store.query.selectFrom("address").select(["id", "hmac"]).execute();
      const hmacs = new Map(addresses.map(({ id, hmac }) => [id, hmac]));
      const key = ({ opening }: { opening: string }) => hmacs.get(idOf(parseBase64url(opening, 32))) ?? "";
      return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    },
  }),

  "a header": () => ({
    app: (app, service) => ({
      async fetch(request, peer) {
        const email = await emailOf(request);
        const answer = await app.fetch(request, peer);
        if (email !== undefined && (await isKnown(service, email))) answer.headers.append("Vary", "Cookie");
        return answer;
      },
    }),
  }),
};

/** Whether anything is stored about the address. */
async function isKnown({ store, pepper }: Service, email: string): Promise<boolean> {
  const address = keyedAddress(pepper, email);
  const { query } = store;
  const signed = await query.selectFrom("address").select("id").where("hmac", "=", address.hmac).executeTakeFirst();
  return signed !== undefined || isSuppressed(query, address);
}

/** The address in a form. */
async function emailOf(request: Request): Promise<string | undefined> {
  if (request.method !== "POST") return undefined;
  const parsed = parseEmail(new URLSearchParams(await request.clone().text()).get("email") ?? "");
  return "email" in parsed ? parsed.email : undefined;
}
