import type { GitHubApi } from "./api.ts";
import { orNothing, reading } from "./settings-request.ts";

/** Who may do what in a repository. */
export type People = {
  readonly collaborators: readonly Person[];
  /** invited, but not there yet */
  readonly invited: readonly Person[];
  /** names of the accounts with these ids; undefined for an id that no account has */
  readonly names: ReadonlyMap<number, string | undefined>;
};
export type Person = {
  readonly id: number;
  readonly name: string;
  /** `read`, `triage`, `write`, `maintain`, `admin`, or the name of a role of the organisation's own */
  readonly role: string;
};

/** Reads who has access. @param ids accounts whose names are wanted. @throws LetterError `github` */
export async function readPeople(api: GitHubApi, ids: Iterable<number>): Promise<People> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const page = { owner, repo, per_page: 100 };
  const [collaborators, invitations] = await reading("who may do what", "Administration: read and write", () =>
    Promise.all([
      octokit.paginate("GET /repos/{owner}/{repo}/collaborators", page),
      octokit.paginate("GET /repos/{owner}/{repo}/invitations", page),
    ]),
  );
  const people = collaborators.map(({ id, login, role_name }) => ({ id: Number(id), name: login, role: role_name }));
  const names = new Map<number, string | undefined>();
  for (const id of ids) {
    const known = people.find((one) => one.id === id)?.name;
    const asked = async () =>
      (await orNothing(octokit.request("GET /user/{account_id}", { account_id: id })))?.data.login;
    names.set(id, known ?? (await reading("an account", "Metadata: read", asked)));
  }
  return {
    collaborators: people,
    invited: invitations.flatMap(({ invitee, permissions, expired }) =>
      invitee && expired !== true ? [{ id: Number(invitee.id), name: invitee.login, role: permissions }] : [],
    ),
    names,
  };
}

/** Reads a file of main as text; undefined if it is not there. @throws LetterError `github` */
export async function readMainFile(api: GitHubApi, path: string): Promise<string | undefined> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const route = "GET /repos/{owner}/{repo}/contents/{path}";
  const found = await reading("main", "Contents: read", () =>
    orNothing(octokit.request(route, { owner, repo, path, ref: "main" })),
  );
  if (found === undefined || Array.isArray(found.data) || found.data.type !== "file") return undefined;
  return Buffer.from(found.data.content, "base64").toString("utf8");
}

/** Reads what GitHub finds wrong with main's CODEOWNERS; empty without such a file. @throws LetterError `github` */
export async function readCodeOwnerErrors(api: GitHubApi): Promise<string[]> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const found = await reading("CODEOWNERS", "Contents: read", () =>
    orNothing(octokit.request("GET /repos/{owner}/{repo}/codeowners/errors", { owner, repo, ref: "main" })),
  );
  return (found?.data.errors ?? []).map(({ line, kind }) => `line ${line}: ${kind}`);
}
