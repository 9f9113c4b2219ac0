import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { makeRepository, type Repository } from "../campaigns/repository.ts";
import { type Account, type App, makeApp, type Permissions, type Role } from "./account.ts";
import type { Fault, GitHubCall } from "./fault.ts";
import { openObjects } from "./git/objects.ts";
import { pushTo } from "./git/push.ts";
import { type Limits, makeLimits } from "./limits.ts";
import { addToken } from "./routes/account-routes.ts";
import { createGitHubServer, type Serving } from "./server.ts";
import type { State } from "./state.ts";

/** GitHub on this machine: one organisation with one repository, over a real bare repository, reached over HTTP. */
export type GitHub = {
  /** where API and git are: `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** `OWNER/NAME` */
  readonly name: string;
  readonly repository: Repository;
  /** all that it remembers; for looking, and for settings that people click together */
  readonly state: State;
  /** every request so far, in order */
  readonly calls: GitHubCall[];
  readonly limits: Limits;
  /** what was not as GitHub describes it; must be empty when `close` is called */
  readonly problems: string[];
  addAccount(login: string, role: Role): Account;
  addApp(slug: string, permissions: Permissions): App;
  /** a token as a workflow's own, by the App `github-actions` */
  workflowToken(permissions: Permissions): string;
  /** a token of an App's installation with all that the App may do */
  tokenOf(app: App): string;
  /** pushes with git over HTTP. @throws Error with what git said */
  push(token: string, refspecs: readonly string[], from?: string): Promise<void>;
  /** decides about every request from now on; undefined: nothing goes wrong */
  setFault(fault?: (call: GitHubCall) => Fault | undefined): void;
  /** whether heads and merged states follow pushes late; once they no longer do, all that is due happens */
  setLate(on: boolean): void;
  /** for how many requests the API does not know a branch that git creates from now on; one, unless told */
  setFresh(requests: number): void;
  /** for how many requests the API gives the former commit of main after a push from now on; none, unless told */
  setStale(requests: number): void;
  /** lets time pass for tokens, limits and dates */
  advance(milliseconds: number): void;
  /** @throws Error naming every request and answer that was not as GitHub describes it */
  close(): Promise<void>;
};

export type GitHubOptions = {
  readonly owner?: string;
  readonly name?: string;
  readonly private?: boolean;
  /** milliseconds since 1970; the machine's clock unless told */
  readonly clock?: () => number;
  readonly limits?: Parameters<typeof makeLimits>[1];
};

/** Starts the stand-in on a free port. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const { owner = "amnesty-iran", name = "letter", clock = () => Date.now() } = options;
  let [id, skipped, origin] = [1000, 0, ""];
  const repository = makeRepository();
  const now = () => clock() + skipped;
  const state: State = {
    origin: () => origin,
    owner: { id: 900, login: owner },
    repository: { id: 901, name, private: options.private ?? true },
    objects: openObjects(repository.path),
    clock: now,
    accounts: [],
    apps: [],
    tokens: new Map(),
    pulls: [],
    comments: [],
    checks: [],
    statuses: [],
    rulesets: [],
    environments: [],
    secrets: [],
    dispatches: [],
    runs: [],
    deployments: [],
    releases: [],
    events: [],
    settings: new Map(),
    nextId: () => ++id,
    late: { on: false, work: [] },
    fresh: { requests: 1, refused: 0, left: new Map() },
    stale: { requests: 0, left: 0, former: "" },
  };
  const serving: Serving = {
    state,
    limits: makeLimits(now, options.limits),
    calls: [],
    problems: [],
    fault: () => undefined,
  };
  const server = createGitHubServer(serving).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const addApp = (slug: string, permissions: Permissions, appId = ++id) => {
    const app = makeApp(appId, slug, permissions);
    state.apps.push(app);
    return app;
  };

  return {
    origin,
    name: `${owner}/${name}`,
    repository,
    state,
    calls: serving.calls,
    limits: serving.limits,
    problems: serving.problems,
    addAccount(login, role) {
      const account: Account = { kind: "user", id: ++id, login, role, token: `ghp_${String(++id).padStart(36, "0")}` };
      state.accounts.push(account);
      return account;
    },
    addApp,
    workflowToken(permissions) {
      // GitHub's own App has this number everywhere.
      const app = state.apps.find((one) => one.slug === "github-actions") ?? addApp("github-actions", {}, 15368);
      return addToken(state, { kind: "installation", app, permissions: { metadata: "read", ...permissions } }).token;
    },
    tokenOf: (app) =>
      addToken(state, { kind: "installation", app, permissions: { metadata: "read", ...app.permissions } }).token,
    push: (token, refspecs, from = repository.path) => pushTo(`${origin}/${owner}/${name}.git`, token, refspecs, from),
    setFault(fault = () => undefined) {
      serving.fault = fault;
    },
    setLate(on) {
      state.late.on = on;
      if (!on) for (const work of state.late.work.splice(0)) work();
    },
    setFresh(requests) {
      state.fresh.requests = requests;
    },
    setStale(requests) {
      state.stale.requests = requests;
    },
    advance(milliseconds) {
      skipped += milliseconds;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      repository.remove();
      if (serving.problems.length > 0) throw new Error(`not as GitHub describes it:\n${serving.problems.join("\n")}`);
    },
  };
}
