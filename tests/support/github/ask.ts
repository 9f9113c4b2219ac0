import type { GitHub } from "./github.ts";

export type Asked = { readonly status: number; readonly body: unknown; readonly headers: Headers };

/** One request below the repository's address, as anyone with this token could make it. */
export async function askAs(
  github: GitHub,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Asked> {
  const answer = await fetch(`${github.origin}/repos/${github.name}${path === "" ? "" : `/${path}`}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text), headers: answer.headers };
}

/** As `askAs`, where it must be allowed. @throws Error with what GitHub said */
export async function mustAsk(
  github: GitHub,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const asked = await askAs(github, token, method, path, body);
  if (asked.status >= 300) throw new Error(`${method} ${path}: ${asked.status} ${JSON.stringify(asked.body)}`);
  return asked.body;
}
