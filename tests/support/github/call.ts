import { type Actor, authorOf, isAtLeast, type Role } from "./account.ts";
import { notFound, Refusal } from "./refusal.ts";
import type { Author, State } from "./state.ts";

/** A request, already checked against the description and against who may make it. */
export type Call = {
  readonly state: State;
  readonly actor: Actor;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  // Checked against the description before a handler sees it.
  // biome-ignore lint/suspicious/noExplicitAny: its form is the description's, not TypeScript's
  readonly body: any;
};
/** `page`: the items of a list, of which one page is answered; `under` names the key that holds them, with a total. */
export type Answer =
  | { readonly status: number; readonly body?: unknown }
  | { readonly page: readonly unknown[]; readonly under?: string };
export type Handler = (call: Call) => Answer;
/** What answers an operation, and who may ask. */
export type Route = {
  /** what an App needs */
  readonly app: `${string}:${"read" | "write"}` | readonly `${string}:${"read" | "write"}`[] | "jwt" | "anyone";
  /** what a person needs in the repository; undefined: only an App is answered */
  readonly role?: Role;
  readonly handler: Handler;
};
export type Routes = Readonly<Record<string, Route>>;

/** @throws Refusal as GitHub answers: what one may not see is not found; what one may see but not do is forbidden */
export function authorize(state: State, actor: Actor | undefined, operation: string, route: Route): Actor {
  if (actor === undefined) throw new Refusal(401, "Requires authentication");
  if (route.app === "anyone") return actor;
  if (actor.kind === "jwt") {
    if (route.app === "jwt") return actor;
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
  if (route.app === "jwt") throw new Refusal(401, "A JSON web token could not be decoded");
  if (actor.kind === "installation") {
    if (operation.includes("/repos/") && actor.permissions.metadata === undefined) throw notFound();
    const needed = [route.app].flat() as string[];
    // Any of them is enough: comments on a pull request need `issues` or `pull_requests`.
    if (needed.some((one) => grants(actor.permissions, one))) return actor;
    throw new Refusal(403, "Resource not accessible by integration");
  }
  const { role } = actor.account;
  if (role === "none" && state.repository.private) throw notFound();
  if (route.role === undefined) throw new Refusal(403, "You must authenticate via a GitHub App.");
  const effective = role === "none" ? "read" : role;
  if (isAtLeast(effective, route.role)) return actor;
  throw route.role === "admin" ? new Refusal(403, "Must have admin rights to Repository.") : notFound();
}

function grants(permissions: Readonly<Record<string, string>>, needed: string): boolean {
  const [name = "", level = ""] = needed.split(":");
  const has = name === "metadata" ? "read" : permissions[name];
  return has === "write" || has === "admin" || has === level;
}

/** Whether the actor may do what a role may, or an App with this permission. */
export function may(actor: Actor, role: Role, permission: string): boolean {
  return actor.kind === "user"
    ? isAtLeast(actor.account.role, role)
    : actor.kind === "installation" && grants(actor.permissions, permission);
}

/** Who makes the call, as author of what it makes. */
export function by(call: Call): Author {
  return authorOf(call.actor);
}

/** The one with this number or id. @throws Refusal 404 */
export function find<T>(list: readonly T[], matches: (one: T) => boolean): T {
  const found = list.find(matches);
  if (found === undefined) throw notFound();
  return found;
}
