import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** The public site as the world sees it: a folder that can be exchanged, or single files. */
export type LiveSite = {
  readonly url: string;
  /** what is served, by path; a string is the folder of a built site */
  content: string | Map<string, string>;
  /** answers every request with this status, as a host that is down */
  status: number | undefined;
  close(): Promise<void>;
};

/** Serves it on a free port of this machine. */
export async function startLiveSite(): Promise<LiveSite> {
  const site: LiveSite = { url: "", content: new Map(), status: undefined, close: async () => {} };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://site").pathname.slice(1);
    const body = read(site.content, path);
    response.writeHead(site.status ?? (body === undefined ? 404 : 200)).end(site.status === undefined ? body : "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(site, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

function read(content: string | Map<string, string>, path: string): Buffer | string | undefined {
  if (typeof content !== "string") return content.get(path);
  try {
    return readFileSync(join(content, path.endsWith("/") || path === "" ? `${path}index.html` : path));
  } catch {
    return undefined;
  }
}
