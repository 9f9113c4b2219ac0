import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Decrypter } from "age-encryption";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { parseContactRecord } from "../../scripts/letter/signature/contact.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { canonicalEmail } from "../../scripts/letter/signature/email.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { findCanaries, findCanariesIn, type Hit } from "../support/canaries.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { removeDataDir, type Service, startService } from "../support/servers/service.ts";
import {
  type Asked,
  approve,
  codeIn,
  confirm,
  countOf,
  type Form,
  post,
  submit,
  verified,
  withdraw,
} from "./signatory.ts";

const named: Form = {
  ...{ lang: "en", shown: "name", name: "Zübeyde Kanarya", place: "Kanarieneiland" },
  email: "Named.Kanarya+letter@canary-one.example",
};
const hidden: Form = {
  ...{ lang: "fa", shown: "hidden", name: "زبیده قناری‌زاده", place: "جزیرهٔ قناری" },
  email: "hidden.kanarya@canary-two.example",
};
const initials: Form = {
  ...{ lang: "en", shown: "initials", name: "Quirin Kanáreksson", place: "Kanarinäset" },
  email: "initials.kanarya@canary-three.example",
};
// Nobody asks for a name here; somebody types one all the same.
const counted: Form = {
  ...{ lang: "en", shown: "counted", name: "Ottilie Kanarienvogel", place: "" },
  email: "counted.kanarya@canary-four.example",
};
const people = [named, hidden, initials, counted];
const addresses = (forms: readonly Form[]) => forms.flatMap(({ email }) => [email, canonicalEmail(email)]);
const everything = (forms: readonly Form[]) => [
  ...forms.flatMap(({ name, place }) => [name, place].filter(Boolean)),
  ...addresses(forms),
];

let mailServer: MailServer;
beforeAll(async () => {
  mailServer = await startMailServer();
});
afterAll(() => mailServer?.stop());

describe("a whole service on a mail server", () => {
  let service: Service;
  let temporary: string;
  const asked = new Map<Form, Asked>();
  const codes = new Map<Form, string>();
  const withdrawalCodes = new Map<Form, string>();
  beforeAll(async () => {
    temporary = mkdtempSync(join(tmpdir(), "undersigned-temporary-"));
    service = await startService({ settings: { MAIL_URL: mailServer.url, FILE_EVERY: "300ms", TMPDIR: temporary } });
  });
  afterAll(async () => {
    await service?.stop();
    removeDataDir(service.dataDir);
    rmSync(temporary, { recursive: true });
  });

  /** Everything on the disk, and everything that was printed. */
  const search = (secrets: string[]): Hit[] => [
    ...findCanaries(secrets, [service.dataDir, temporary]),
    ...findCanariesIn(secrets, "the output", service.output()),
  ];
  const searchWithoutGit = (secrets: string[]): Hit[] => {
    const others = readdirSync(service.dataDir).filter((name) => name !== "campaign.git");
    return findCanaries(secrets, [...others.map((name) => join(service.dataDir, name)), temporary]);
  };

  it("holds no name, place, address, link or code between submission and confirmation", async () => {
    const lost: Form = { ...named, name: "Lóránt Kanári", email: "lost.kanarya@canary-five.example" };
    const slip: Form = { ...named, name: "Nobody Kanaria", email: "no-address.kanarya" };
    expect((await post(`${service.origin}/en/sign/`, { ...slip })).status).toBe(422);
    mailServer.failNext("refuse");
    asked.set(lost, await submit(service.origin, lost));
    await expect.poll(() => service.output()).toContain("mail not taken");
    for (const person of people) {
      asked.set(person, await submit(service.origin, person));
      codes.set(person, codeIn(await mailServer.waitForMail(person.email)));
    }
    expect(rowsOf("submission")).toHaveLength(5);
    const secrets = [...asked.values()].map(({ s }) => s).concat(...codes.values());
    expect(search([...everything([...people, lost, slip]), ...secrets])).toEqual([]);
  });

  it("holds the address in no other place than the sealed record after confirmation, and no hidden name", async () => {
    for (const person of people) {
      const code = await confirm(service.origin, asked.get(person)!, codes.get(person)!);
      withdrawalCodes.set(person, code!);
    }
    expect(rowsOf("vault")).toHaveLength(4);
    checkSecrets();
  });

  it("holds them in no other place after acceptance either", async () => {
    const repository = openRepository(join(service.dataDir, "campaign.git"));
    const listed = async () => {
      for (const branch of repository.branches()) if (branch !== "main") await approve(service, [branch.slice(8)]);
      return (await countOf(service.origin)).listed;
    };
    await expect.poll(listed, { interval: 500 }).toBe(4);
    checkSecrets();
    // What is public is found, so the search looks where it should.
    const places = search([named.name]).map(({ where }) => where);
    expect(places.filter((where) => where.includes("campaign.git blob"))).not.toEqual([]);
    expect(places.filter((where) => where.endsWith("/en/signatures/index.html"))).not.toEqual([]);
  });

  function checkSecrets(): void {
    expect(search(addresses(people))).toEqual([]);
    expect(search([hidden.name, hidden.place, initials.name, counted.name])).toEqual([]);
    const found = search([...codes.values(), ...withdrawalCodes.values()]);
    // Of a withdrawal code the digest is what the service knows it by; its 130 bits cannot be guessed from it.
    expect(found.filter(({ secret, form }) => secret < codes.size || !form.startsWith("sha256 hex"))).toEqual([]);
    expect(search([...asked.values()].map(({ s }) => s))).toEqual([]);
  }

  it("sealed a record that each custodian opens", async () => {
    const keys = ["custodian-1.key", "custodian-2.key"].map((name) => join(service.dataDir, "demo-custodian", name));
    for (const path of keys) {
      const identity = readFileSync(path, "utf8").split("\n").at(-2) ?? "";
      for (const person of people) {
        const opened = await openWith(sealedOf(person), (custodian) => custodian.addIdentity(identity));
        const { name, place, email, lang } = person;
        expect(parseContactRecord(opened!)).toMatchObject({ name: person === counted ? "" : name, place, email, lang });
      }
    }
  });

  it("sealed it for nothing that the service holds", async () => {
    expect(searchWithoutCustodian("AGE-SECRET-KEY")).toEqual([]);
    const { bech32 } = (await import(ageDependency("@scure/base"))) as { bech32: Bech32 };
    const identities = (secret: Uint8Array) =>
      ["AGE-SECRET-KEY-PQ-", "AGE-SECRET-KEY-"].map((kind) => bech32.encodeFromBytes(kind, secret).toUpperCase());
    const custodian =
      readFileSync(join(service.dataDir, "demo-custodian/custodian-1.key"), "utf8").split("\n")[1] ?? "";
    // Bytes become identities here as they do in the custodian's own file.
    expect(identities(bech32.decodeToBytes(custodian).bytes)).toContain(custodian);

    const folder = join(service.dataDir, "keys");
    const held = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8").trim());
    expect(held.length).toBeGreaterThanOrEqual(3);
    for (const text of held) {
      const tries = [
        (decrypter: Decrypter) => decrypter.addPassphrase(text),
        ...[text, ...identities(Buffer.from(text, "base64url"))].map((identity) => (decrypter: Decrypter) => {
          decrypter.addIdentity(identity);
        }),
      ];
      for (const attempt of tries) expect(await openWith(sealedOf(hidden), attempt)).toBeUndefined();
    }
  });

  it("forgets name, opening and address at the withdrawal, but for git's history, which the site never shows", async () => {
    const leaving = [named, hidden];
    const openings = leaving.map((person) => formatBase64url(openingOf(withdrawalCodes.get(person)!)));
    for (const person of leaving) await withdraw(service.origin, withdrawalCodes.get(person)!);
    const secrets = [...everything(leaving), ...openings];
    const database = readdirSync(service.dataDir).filter((name) => name.startsWith("service.db"));
    expect(
      findCanaries(
        secrets,
        database.map((name) => join(service.dataDir, name)),
      ),
    ).toEqual([]);
    expect(rowsOf("vault")).toHaveLength(2);
    await expect.poll(() => countOf(service.origin)).toMatchObject({ withdrawn: 2, listed: 2 });
    expect(findCanaries(secrets, [realpathSync(join(service.dataDir, "site"))])).toEqual([]);
    await expect.poll(() => searchWithoutGit(secrets), { interval: 1000 }).toEqual([]);
    expect(search(addresses(people))).toEqual([]);
    expect(await verified(service, `${service.origin}/`)).toContain("ok: 4 accepted, 2 withdrawn, 2 listed, ");
  });

  function rowsOf(table: "submission" | "vault"): { id: string; sealed: Uint8Array }[] {
    const database = new Database(join(service.dataDir, "service.db"), { readonly: true });
    try {
      return database.prepare(`SELECT * FROM ${table}`).all() as { id: string; sealed: Uint8Array }[];
    } finally {
      database.close();
    }
  }

  function sealedOf(person: Form): Uint8Array {
    const id = idOf(openingOf(withdrawalCodes.get(person)!));
    return rowsOf("vault").find((row) => row.id === id)!.sealed;
  }

  function searchWithoutCustodian(text: string): Hit[] {
    return search([text]).filter(({ where }) => !where.includes("/demo-custodian/"));
  }
});

describe("a trial with captured mail", () => {
  it("holds the address in the captured mail, which stands for the mailbox, and nowhere else", async () => {
    const service = await startService();
    try {
      for (const person of people) await submit(service.origin, person);
      const mail = join(service.dataDir, "mail");
      await expect.poll(() => readdirSync(mail).length).toBe(4);
      const hits = findCanaries(addresses(people), [service.dataDir]);
      expect(new Set(hits.map(({ secret }) => Math.floor(secret / 2))).size).toBe(4);
      expect(hits.filter(({ where }) => !where.startsWith(`${mail}/`))).toEqual([]);
      expect(
        findCanaries(
          people.map(({ name }) => name),
          [service.dataDir],
        ),
      ).toEqual([]);
      expect(findCanariesIn(everything(people), "the output", service.output())).toEqual([]);
    } finally {
      await service.stop();
      removeDataDir(service.dataDir);
    }
  });
});

type Bech32 = {
  encodeFromBytes: (prefix: string, bytes: Uint8Array) => string;
  decodeToBytes: (text: string) => { bytes: Uint8Array };
};

function ageDependency(name: string): string {
  return pathToFileURL(createRequire(import.meta.resolve("age-encryption")).resolve(name)).href;
}

/** What this attempt opens; undefined when it opens nothing. */
async function openWith(sealed: Uint8Array, attempt: (decrypter: Decrypter) => void): Promise<Uint8Array | undefined> {
  const decrypter = new Decrypter();
  try {
    attempt(decrypter);
    return await decrypter.decrypt(sealed);
  } catch {
    return undefined;
  }
}
