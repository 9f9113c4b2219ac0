import { Refusal } from "./refusal.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** How often one may ask. docs.github.com: "Rate limits for the REST API" */
export type Limits = {
  /** writes down a request that comes although this identity was asked to wait */
  meet(identity: string): void;
  /** this identity was asked to wait so many seconds */
  askToWait(identity: string, seconds: number): void;
  /** counts a request of this identity. @throws Refusal 403 or 429 with what GitHub says about coming again */
  count(identity: string, creates: boolean): void;
  /** takes points for a query; false, and nothing is taken, when there are not so many left */
  spend(identity: string, points: number): boolean;
  /** takes back what an unchanged answer (304) has used */
  giveBack(identity: string): void;
  headers(identity: string, resource?: Resource): Record<string, string>;
  /** requests that came while GitHub had asked this identity to wait */
  readonly early: string[];
};

/** Calls and queries are counted apart. */
type Resource = "core" | "graphql";

/**
 * @param clock milliseconds
 * @param most `workflow`: calls an hour of a workflow's own token, which has fewer than an App
 */
export function makeLimits(
  clock: () => number,
  most: { hour: number; createsMinute: number; createsHour: number; workflow?: number } = {
    ...{ hour: 5000, createsMinute: 80, createsHour: 500 },
  },
): Limits {
  const hourOf = (identity: string) =>
    identity === "github-actions" ? Math.min(most.workflow ?? 1000, most.hour) : most.hour;
  const primary = new Map<string, { used: number; reset: number }>();
  const created = new Map<string, number[]>();
  const quietUntil = new Map<string, number>();
  const early: string[] = [];
  const windowOf = (identity: string, resource: Resource = "core") => {
    const key = `${resource} ${identity}`;
    const known = primary.get(key);
    if (known !== undefined && known.reset > clock()) return known;
    const fresh = { used: 0, reset: clock() + HOUR };
    primary.set(key, fresh);
    return fresh;
  };
  const headers = (identity: string, resource: Resource = "core") => {
    const { used, reset } = windowOf(identity, resource);
    return {
      "x-ratelimit-limit": String(hourOf(identity)),
      "x-ratelimit-remaining": String(Math.max(0, hourOf(identity) - used)),
      "x-ratelimit-used": String(used),
      "x-ratelimit-reset": String(Math.ceil(reset / 1000)),
      "x-ratelimit-resource": resource,
    };
  };
  const wait = (identity: string, until: number): Refusal => {
    const seconds = Math.max(1, Math.ceil((until - clock()) / 1000));
    quietUntil.set(identity, clock() + seconds * 1000);
    const message =
      "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.";
    return new Refusal(403, message, undefined, { "retry-after": String(seconds) });
  };

  return {
    early,
    headers,
    meet(identity) {
      if ((quietUntil.get(identity) ?? 0) > clock()) early.push(identity);
    },
    askToWait: (identity, seconds) => void quietUntil.set(identity, clock() + seconds * 1000),
    count(identity, creates) {
      const now = clock();
      const window = windowOf(identity);
      if (window.used >= hourOf(identity)) throw new Refusal(403, "API rate limit exceeded for installation ID 123.");
      window.used++;
      if (!creates) return;
      const times = (created.get(identity) ?? []).filter((time) => time > now - HOUR);
      const minute = times.filter((time) => time > now - MINUTE);
      created.set(identity, times);
      if (minute.length >= most.createsMinute) throw wait(identity, minute[0]! + MINUTE);
      if (times.length >= most.createsHour) throw wait(identity, times[0]! + HOUR);
      times.push(now);
    },
    spend(identity, points) {
      const window = windowOf(identity, "graphql");
      if (window.used + points > hourOf(identity)) return false;
      window.used += points;
      return true;
    },
    giveBack(identity) {
      const window = windowOf(identity);
      window.used = Math.max(0, window.used - 1);
    },
  };
}
