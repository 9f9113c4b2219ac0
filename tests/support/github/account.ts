import { generateKeyPairSync } from "node:crypto";

/** What an account may do in the repository, each including the ones before it. */
export const ROLES = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** A person's account. Names can change hands, ids cannot. */
export type Account = {
  readonly kind: "user";
  readonly id: number;
  login: string;
  role: Role;
  readonly token: string;
  withoutTwoFactor?: boolean;
};

/** What an App may do: a permission's name and `read` or `write`; `metadata: read` always comes along. */
export type Permissions = Readonly<Record<string, "read" | "write" | "admin">>;

/** A GitHub App, installed on the repository. */
export type App = {
  readonly kind: "app";
  readonly id: number;
  readonly slug: string;
  readonly installation: number;
  readonly bot: { readonly id: number; readonly login: string };
  permissions: Permissions;
  /** PEM; the stand-in itself keeps only the public half */
  readonly privateKey: string;
  readonly publicKey: string;
};

/** Who makes a request: a person, an App's installation with what its token allows, or an App by its key (JWT). */
export type Actor =
  | { readonly kind: "user"; readonly account: Account }
  | { readonly kind: "installation"; readonly app: App; readonly permissions: Permissions }
  | { readonly kind: "jwt"; readonly app: App };

/** A new App. Its key is none of another App's, but that of every App of this slug: RSA takes long to find primes. */
export function makeApp(id: number, slug: string, permissions: Permissions): App {
  const { privateKey, publicKey } = keysOf.get(slug) ?? makeKeys();
  keysOf.set(slug, { privateKey, publicKey });
  const bot = { id: id + 100_000_000, login: `${slug}[bot]` };
  return { kind: "app", id, slug, installation: id + 50_000_000, bot, permissions, privateKey, publicKey };
}

type KeyPair = { privateKey: string; publicKey: string };
const keysOf = new Map<string, KeyPair>();

function makeKeys(): KeyPair {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

/** The account that is shown beside what an actor does: for an App its bot. */
export function authorOf(actor: Actor): { id: number; login: string; type: "User" | "Bot" } {
  return actor.kind === "user"
    ? { id: actor.account.id, login: actor.account.login, type: "User" }
    : { ...actor.app.bot, type: "Bot" };
}

/** Whether a role is this one or a higher one. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
