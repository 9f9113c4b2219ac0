import type { GitHost, MainState } from "../../outside/git/host.ts";

/** Main as the service last read it. */
export type MainView = {
  /** undefined before the first reading */
  current(): MainState | undefined;
  /** Reads main again if it has moved. */
  refresh(): Promise<MainState>;
};

export function openMainView(gitHost: Pick<GitHost, "head" | "readMain">): MainView {
  let current: MainState | undefined;
  return {
    current: () => current,
    async refresh() {
      if (current === undefined || (await gitHost.head()) !== current.commit) current = await gitHost.readMain();
      return current;
    },
  };
}
