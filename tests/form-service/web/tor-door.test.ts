import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { Client } from "../../../scripts/form-service/limits/client.ts";
import { type Listener, listen } from "../../../scripts/form-service/web/listener.ts";
import { parseCircuit } from "../../../scripts/form-service/web/tor-door.ts";
import { onionHost } from "../../support/addresses.ts";
import { findCanaries, findCanariesIn } from "../../support/canaries.ts";
import { fixedRandomness, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness } from "../harness.ts";

const random = fixedRandomness(`tor door ${inject("seed")}`);
const onion = onionHost(random);
const number = () => Buffer.from(random(2)).readUInt16BE().toString(16);
const someCircuit = () => `fc00:dead:beef:4dad::${number()}:${number()}`;
/** What Tor writes before the first request. */
const preface = (circuit: string) => `PROXY TCP6 ${circuit} ::1 65535 42\r\n`;

let harness: Harness;
/** Tor's own port, and the one that everybody else's proxy leads to. */
let [door, front]: Listener[] = [];
let seen: Client[] = [];
beforeAll(async () => {
  harness = await openHarness({
    settings: { LIMITS: "on", TRUST_PROXY: "on" },
    substitutes: {
      service: (service) => ({
        ...service,
        clients: {
          of(...asked) {
            const client = service.clients.of(...asked);
            seen.push(client);
            return client;
          },
        },
      }),
    },
  });
  door = await listen(harness.fetch, { port: 0, from: "tor" }, harness.service.log);
  front = await listen(harness.fetch, { port: 0, from: "anywhere" }, harness.service.log);
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await Promise.all([door?.close(0), front?.close(0)]);
  await harness?.close();
});

/** Writes these bytes to a port, in pieces, and returns all that comes back. */
async function say(to: Listener, ...pieces: string[]): Promise<string> {
  const socket = connect(to.port, "127.0.0.1").setNoDelay();
  for (const piece of pieces) {
    await new Promise((written) => socket.write(piece, written));
    await new Promise(setImmediate);
  }
  return text(socket);
}

type Asked = { path?: string; host?: string; headers?: string[]; form?: Record<string, string>; keep?: boolean };

/** A request as a browser writes it. */
function request({ path = "/en/not-me/", host = onion, headers = [], form, keep = false }: Asked = {}): string {
  const body = form === undefined ? "" : new URLSearchParams(form).toString();
  const typed = ["Content-Type: application/x-www-form-urlencoded", `Origin: http://${host}`];
  const head = [
    `${form === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
    ...[`Host: ${host}`, `Content-Length: ${body.length}`, ...(keep ? [] : ["Connection: close"]), ...headers],
    ...(form === undefined ? [] : typed),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
const statusOf = (answer: string) => Number(answer.split(" ")[1]);

describe("the port that Tor leads to", () => {
  it("tells circuits apart, whatever a visitor writes into a request", async () => {
    const [one, other] = [someCircuit(), someCircuit()];
    await say(door!, preface(one) + request());
    await say(door!, preface(other) + request({ headers: [`X-Forwarded-For: ${one}`, "Forwarded: for=192.0.2.7"] }));
    await say(door!, preface(one) + request({ host: "sign.example.org", headers: ["X-Forwarded-For: 192.0.2.7"] }));
    const circuits = seen.map((client) => client.kind === "tor" && client.circuit);
    expect(seen.map(({ kind }) => kind)).toEqual(["tor", "tor", "tor"]);
    expect(circuits[2]).toBe(circuits[0]);
    expect(circuits[1]).not.toBe(circuits[0]);
    expect(circuits.every((circuit) => typeof circuit === "string" && circuit.length === 22)).toBe(true);
  });

  it("takes the line and the requests after it in whatever pieces they come", async () => {
    const whole = preface(someCircuit()) + request({ keep: true }) + request();
    const at = [...random(6)].map((byte) => byte % whole.length).toSorted((a, b) => a - b);
    const pieces = [0, ...at].map((from, i) => whole.slice(from, at[i]));
    const answers = await say(door!, ...pieces);
    expect(answers.match(/HTTP\/1\.1 200/g), pieces.join("|")).toHaveLength(2);
    const [first, second] = seen;
    expect(first?.kind === "tor" && first.circuit).toBeTruthy();
    expect(second).toEqual(first);
  });

  it("lets visitors in whose circuit nobody knows, and says once in the log what the torrc lacks", async () => {
    expect(statusOf(await say(door!, request()))).toBe(200);
    expect(statusOf(await say(door!, "P", request({ form: {} }).slice(1)))).toBe(422);
    expect(statusOf(await say(door!, preface("fc00:dead:beef:4dad::ffff:ffff") + request()))).toBe(200);
    expect(seen).toEqual([{ kind: "tor" }, { kind: "tor" }, { kind: "tor" }]);
    expect(harness.logged().match(/HiddenServiceExportCircuitID haproxy is missing/g)).toHaveLength(1);
  });

  it("cuts off a line that does not end", async () => {
    expect(await say(door!, `PROXY ${"x".repeat(200)}`)).toBe("");
  });

  it("never refuses a right code, while its circuit sends wrong ones and many send forms", async () => {
    const [crowded, other] = [someCircuit(), someCircuit()];
    const post = async (circuit: string, path: string, form: Record<string, string>) =>
      say(door!, preface(circuit) + request({ path, form }));
    const email = `right-code-${inject("seed")}@example.org`;
    const taken = await post(crowded, "/en/sign/", formOf({ ...people.niamh, email }));
    const s = /^location: \S*\?s=(\S+)/im.exec(taken)![1]!;
    const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec((await harness.mailServer.waitForMail(email)).text)![0];
    const wrong = { s: Buffer.alloc(16, 7).toString("base64url"), code: "00000000" };
    const statuses: number[] = [];
    for (let i = 0; i < 62; i++) statuses.push(statusOf(await post(crowded, "/en/confirm/", wrong)));
    expect([statuses.at(0), statuses.at(-1)]).toEqual([422, 429]);
    // All of Tor's allowance for forms is gone too.
    for (let i = 0; i < 25; i++)
      await post(someCircuit(), "/en/sign/", formOf({ ...people.sara, email: `n${i}@x.org` }));
    expect(statusOf(await post(other, "/en/confirm/", wrong))).toBe(422);
    expect(statusOf(await post(crowded, "/en/confirm/", { s, code }))).toBe(200);
  });

  it("leaves no trace of a circuit", () => {
    expect(findCanaries(["fc00:dead", "dead:beef"], [harness.dataDir])).toEqual([]);
    expect(findCanariesIn(["fc00:dead", "dead:beef"], "log", harness.logged())).toEqual([]);
  });
});

describe("somebody who does not come over Tor", () => {
  it("cannot pass for a circuit, by whatever header or line", async () => {
    const circuit = someCircuit();
    const by = (...headers: string[]) => request({ host: "sign.example.org", headers });
    const headers = [
      [`X-Forwarded-For: ${circuit}, 192.0.2.7`],
      [`X-Forwarded-For: ${circuit}`],
      [`X-Forwarded-For: 192.0.2.7`, `X-Circuit: ${circuit}`, `Forwarded: for="[${circuit}]"`],
    ];
    for (const each of headers) await say(front!, by(...each));
    // Even under the onion service's name, where the proxy says that it comes from elsewhere.
    await say(front!, request({ headers: [`X-Forwarded-For: ${circuit}`] }));
    expect(seen.map(({ kind }) => kind)).toEqual(["line", "line", "line", "line"]);
    seen = [];
    expect(statusOf(await say(front!, preface(circuit) + by("X-Forwarded-For: 192.0.2.7")))).toBe(400);
    expect(seen).toEqual([]);
  });
});

it.each([
  ["PROXY TCP6 fc00:dead:beef:4dad::0:29 ::1 65535 42", "fc00:dead:beef:4dad:0:0:0:29"],
  ["PROXY TCP6 fc00:dead:beef:4dad::ffff:ffff ::1 65535 42", undefined],
  ["PROXY TCP6 2001:db8::29 ::1 65535 42", undefined],
  ["PROXY TCP4 192.0.2.7 127.0.0.1 65535 42", undefined],
  ["PROXY UNKNOWN", undefined],
  ["PROXY TCP6 fc00:dead:beef:4dad::0:29 ::1 65535 42 more", undefined],
])("the line %s is the circuit %s", (line, circuit) => {
  expect(parseCircuit(line)).toBe(circuit);
});
