import type { Routes } from "../call.ts";
import { accountRoutes } from "./account-routes.ts";
import { checkRoutes } from "./check-routes.ts";
import { contentRoutes } from "./content-routes.ts";
import { gitRoutes } from "./git-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { pullRoutes } from "./pull-routes.ts";
import { releaseRoutes } from "./release-routes.ts";
import { reviewRoutes } from "./review-routes.ts";
import { ruleRoutes } from "./rule-routes.ts";
import { runRoutes } from "./run-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { setupRoutes } from "./setup-routes.ts";

/** Every operation that is answered. */
export const routes: Routes = {
  ...accountRoutes,
  ...checkRoutes,
  ...contentRoutes,
  ...gitRoutes,
  ...peopleRoutes,
  ...pullRoutes,
  ...releaseRoutes,
  ...reviewRoutes,
  ...ruleRoutes,
  ...runRoutes,
  ...settingsRoutes,
  ...setupRoutes,
  // Answered where the limits are kept.
  "GET /rate_limit": { app: "anyone", handler: () => ({ status: 200 }) },
};

export type Found = { readonly operation: string; readonly path: Record<string, string> };

const SPANNING = new Set(["ref", "path", "branch"]);
const matchers = Object.keys(routes)
  .map((operation) => {
    const [method = "", template = ""] = operation.split(" ");
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const source = template.replace(/\{(\w+)\}/g, (_, name: string) => (SPANNING.has(name) ? "(.+)" : "([^/]+)"));
    return { operation, method, names, depth: template.split("/").length, pattern: new RegExp(`^${source}$`) };
  })
  // A longer template says more: `commits/{ref}/status` before `commits/{ref}`.
  .sort((a, b) => b.depth - a.depth || a.names.length - b.names.length);

/** The operation that a request is for, and the values in its path. */
export function match(method: string, pathname: string): Found | undefined {
  for (const { operation, names, pattern, ...matcher } of matchers) {
    const values = matcher.method === method ? pattern.exec(pathname) : null;
    if (values === null) continue;
    return { operation, path: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(values[i + 1]!)])) };
  }
  return undefined;
}
