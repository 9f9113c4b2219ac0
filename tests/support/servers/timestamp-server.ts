import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A server of time stamps (RFC 3161) with a certificate of its own, by the `openssl` of this machine. */
export type TimestampServer = {
  readonly url: string;
  /** the certificate that its stamps are checked with */
  readonly certificate: string;
  /** What the next answers are made of: the query as it came, another one, or nothing that it takes for one. */
  answer(of: "query" | "another" | "nonsense"): void;
  stop(): Promise<void>;
};

export async function startTimestampServer(folder: string): Promise<TimestampServer> {
  mkdirSync(folder, { recursive: true });
  const [certificate, key, config] = ["tsa.pem", "tsa.key", "tsa.cnf"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  writeFileSync(config, CONFIG);
  writeFileSync(join(folder, "serial"), "01\n");
  const made = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2"];
  openssl("req", "-x509", "-config", config, "-extensions", "stamps", "-subj", "/CN=Time stamps of a test", ...made);

  let of: "query" | "another" | "nonsense" = "query";
  const query = join(folder, "query.tsq");
  const reply = (asked: Buffer): Buffer => {
    if (of === "nonsense") writeFileSync(query, "no query");
    else if (of === "query") writeFileSync(query, asked);
    else openssl("ts", "-query", "-digest", "ab".repeat(64), "-sha512", "-cert", "-out", query);
    const answer = join(folder, "answer.tsr");
    openssl(
      "ts",
      "-reply",
      "-config",
      config,
      "-queryfile",
      query,
      "-signer",
      certificate,
      "-inkey",
      key,
      "-out",
      answer,
    );
    return readFileSync(answer);
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.setHeader("content-type", "application/timestamp-reply").end(reply(Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    certificate,
    answer: (next) => {
      of = next;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const CONFIG = `
[req]
distinguished_name = name
[name]
[stamps]
basicConstraints = CA:true
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = stamper
[stamper]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256, sha512
signer_digest = sha256
accuracy = secs:1
`;
