import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { findProgram, type Running, startProgram } from "../../support/servers/programs.ts";
import { freePort } from "../../support/servers/service.ts";
import { root } from "../../support/source.ts";

/** A proxy that stands before the service, and its port, over TLS. */
export type RunningProxy = Running & { readonly publicPort: number };

/** What differs between the operator's machine and a test's. */
type Place = {
  readonly folder: string;
  readonly service: number;
};

export const PUBLIC_NAME = "sign.example.org";

/** The text of a file that operators put on their machine. */
export function serverFile(name: string): string {
  return readFileSync(join(root, ".github/operations/server", name), "utf8");
}

/** Changes what has to be another on each machine. A change that finds nothing to change is an error. */
export function changed(text: string, changes: readonly (readonly [from: RegExp, to: string])[]): string {
  return changes.reduce((before, [from, to]) => {
    if (!from.test(before)) throw new Error(`${from} is not in the file`);
    return before.replace(from, to);
  }, text);
}

/** The servers whose files there are, each with what it takes to run it. */
export const PROXIES = {
  Caddy: {
    program: findProgram("caddy"),
    async start(text: string, { folder, service }: Place): Promise<RunningProxy> {
      const publicPort = await freePort();
      const config = changed(text, [
        // A certificate of its own, and no redirect, which would need port 80.
        [
          /admin off/,
          `admin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system ${folder}`,
        ],
        [/^sign\.example\.org \{/m, `${PUBLIC_NAME}:${publicPort} {\n\ttls internal`],
        [/127\.0\.0\.1:8080/g, `127.0.0.1:${service}`],
      ]);
      const file = join(folder, "Caddyfile");
      writeFileSync(file, config);
      const args = ["run", "--config", file, "--adapter", "caddyfile"];
      const running = await startProgram(this.program!, args, { ports: [publicPort], cwd: folder });
      // It listens before its own certificate is made.
      while (!(await shakesHands(publicPort))) await sleep(20);
      return { ...running, publicPort };
    },
  },
  nginx: {
    program: findProgram("openssl") && findProgram("nginx"),
    async start(text: string, { folder, service }: Place): Promise<RunningProxy> {
      const [publicPort, plainPort] = [await freePort(), await freePort()];
      const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
      const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
      const subject = ["-subj", `/CN=${PUBLIC_NAME}`, "-keyout", key, "-out", certificate];
      execFileSync("openssl", [...request, ...subject], { stdio: "ignore" });
      const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
      for (const kind of kinds) mkdirSync(join(folder, kind));
      const paths = kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join(" ");
      const config = changed(text, [
        [/^user .*;$/m, ""],
        [/\/run\/nginx\.pid/, join(folder, "pid")],
        [/^http \{$/m, `http { ${paths}`],
        [/^\s*listen \[::\].*$/gm, ""],
        [/listen 443/g, `listen 127.0.0.1:${publicPort}`],
        [/listen 80 /g, `listen 127.0.0.1:${plainPort} `],
        [/127\.0\.0\.1:8080/g, `127.0.0.1:${service}`],
        [/\S*fullchain\.pem/, certificate],
        [/\S*privkey\.pem/, key],
      ]);
      const file = join(folder, "nginx.conf");
      writeFileSync(file, config);
      const args = ["-e", "stderr", "-p", folder, "-c", file, "-g", "daemon off;"];
      const running = await startProgram(this.program!, args, { ports: [publicPort], cwd: folder });
      return { ...running, publicPort };
    },
  },
} as const;

async function shakesHands(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1", servername: PUBLIC_NAME, rejectUnauthorized: false });
  const done = await once(socket, "secureConnect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return done;
}
