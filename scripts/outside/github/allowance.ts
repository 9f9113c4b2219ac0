/** What GitHub lets one identity still ask in this hour. It tells with each answer; before the first, nothing is known. */
export type Allowance = {
  /** calls of the REST interface */
  calls(): number;
  /** points of the GraphQL interface, which has an account of its own */
  points(): number;
  /** how many comments and the like were made by this process: 80 a minute and 500 an hour are allowed */
  created(): number;
  /** whether GitHub has asked for a pause that is not over */
  isPaused(): boolean;
};

/** Follows the allowance by the headers of answers. docs.github.com: "Rate limits for the REST API" */
export function noteAllowance(isPaused: () => boolean): {
  allowance: Allowance;
  note(path: string, method: string, headers: Headers): void;
} {
  const left = new Map<string, number>();
  let created = 0;
  return {
    allowance: {
      calls: () => left.get("core") ?? Number.POSITIVE_INFINITY,
      points: () => left.get("graphql") ?? Number.POSITIVE_INFINITY,
      created: () => created,
      isPaused,
    },
    note(path, method, headers) {
      if (method === "POST" && path.endsWith("/comments")) created++;
      const remaining = headers.get("x-ratelimit-remaining");
      if (remaining !== null) left.set(headers.get("x-ratelimit-resource") ?? "core", Number(remaining));
    },
  };
}
