import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fixedRandomness, hours } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness } from "../harness.ts";

/** Milliseconds of the processor that no request may take. */
export const MOST = 50;

/** What came of it: requests by status, processor time of the thread that answers in milliseconds, bytes of heap. */
export type FuzzReport = {
  statuses: Record<string, number>;
  failures: string[];
  cpu: Record<"median" | "p99" | "p999" | "most", number>;
  slowest: string;
  /** in use after a quarter of the time, and at the end */
  heap: [quarter: number, end: number];
};

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Sends whatever comes to mind to every address, for so many seconds, and walks the right way in between. */
export async function fuzz(seed: string, seconds: number): Promise<FuzzReport> {
  const harness = await openHarness({ settings: { LIMITS: "off" }, seed });
  harness.writeSite("en/index.html", "<h1>letter</h1>");
  harness.writeSite("list/000.md", "| index |\n");
  const random = fixedRandomness(seed);
  const below = (count: number) => random(4).reduce((sum, byte) => sum * 256 + byte, 0) % count;
  const one = <T>(all: readonly T[]): T => all[below(all.length)]!;
  // What people would have in their hands: addresses of pages, mailed codes, withdrawal codes.
  const known = { s: ["AAAAAAAAAAAAAAAAAAAAAA"], code: ["00000000"], withdrawal: ["0".repeat(26)] };
  const remember = (list: string[], value: string | undefined) => {
    if (value !== undefined) list.push(value);
    if (list.length > 50) list.shift();
  };
  Object.assign(harness.service.mails, {
    add({ text }: { text: string }) {
      remember(known.code, /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)?.[0]);
      return true;
    },
  });

  const junk = () =>
    one([
      () => "",
      () => Buffer.from(random(below(60))).toString("latin1"),
      () => String.fromCodePoint(...Array.from({ length: below(80) }, () => below(0xd7ff))),
      () => one(["a", "\u0301", "\u200c", "س\u200c", ".", "-", "a.", "://", "@a.", "(", " ", "1"]).repeat(below(1_200)),
      () =>
        one([
          "../../etc/passwd",
          "'; drop table code; --",
          "<svg onload=x>",
          "{{7*7}}",
          "$(id)",
          "\u202e",
          "__proto__",
        ]),
      () => one(["yes", "name", "initials", "hidden", "counted", "person@example.org", "علی‌رضا کیانی", "Dr.De Silva"]),
      () => one(known.s),
      () => one(known.code),
      () => one(known.withdrawal),
    ])();
  const fields = "shown name place email consent_handover consent_public s code altcha website __proto__".split(" ");
  const paths =
    "sign/ confirm/ confirm/resend/ not-me/ withdraw/ withdraw/confirm/ verify/ how/ signatures/2/ nowhere/ ".split(
      " ",
    );
  // Half of the forms are what a person sends, but for one field.
  const almost = () => {
    const sara = {
      ...formOf({ name: "Sara", email: "sara@example.org" }),
      s: one(known.s),
      code: one([...known.code, ...known.withdrawal]),
    };
    const pairs = Object.entries(sara);
    pairs[below(pairs.length)]![1] = junk();
    return pairs;
  };
  const form = () => (below(2) === 0 ? almost() : wild());
  const wild = () => Array.from({ length: below(9) }, () => [one(fields), junk()] as [string, string]);
  const encode = (pairs: [string, string][]) => {
    const text = new URLSearchParams(
      pairs.map(([name, value]): [string, string] => [name, value.toWellFormed()]),
    ).toString();
    // Cut off, turned around, or with a byte that is another one.
    return one([text, text, text, text.slice(0, below(text.length + 1)), text.replaceAll("%", one(["%", "%%", "%f"]))]);
  };
  const headers = (): Record<string, string> => ({
    "Content-Type": one([
      "application/x-www-form-urlencoded",
      "application/x-www-form-urlencoded",
      "text/plain",
      "multipart/form-data; boundary=x",
    ]),
    ...(below(4) === 0
      ? {
          [one(["Accept-Language", "X-Forwarded-For", "If-None-Match", "Sec-Fetch-Site", "Origin", "Range"])]:
            junk().replace(/[^\x20-\x7e]/g, "?"),
        }
      : {}),
  });

  const wholeWay = async () => {
    const answer = await harness.post("/en/sign/", formOf({ name: "Sara", email: `person${below(1e9)}@example.org` }));
    remember(known.s, /\?s=([\w-]{22})/.exec(answer.headers.get("location") ?? "")?.[1]);
    await harness.service.after.idle();
    const [s, code] = [known.s.at(-1)!, known.code.at(-1)!];
    const page = await (await harness.post("/fa/confirm/", { s, code })).text();
    remember(known.withdrawal, /<code [^>]*>([0-9A-Z]{26})<\/code>/.exec(page)?.[1]);
    return answer;
  };
  /** A request that can be sent once more. */
  const request = (): (() => Promise<Response>) => {
    const path =
      below(6) === 0
        ? `/${junk()}`
        : `/${one(["en", "fa", "en", "fa", "en", "fa", "en", "fa", "de", "list"])}/${one(paths)}`;
    const query = below(3) === 0 ? `?${encode(form())}` : "";
    const address = `http://localhost:8080${path.toWellFormed()}${query}`;
    const method = one([...Array(12).fill("POST"), "GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS"]);
    if (!URL.canParse(address)) return () => harness.get("/healthz");
    const body = method === "GET" || method === "HEAD" ? null : encode(form());
    const init = { method, body, headers: headers() };
    return () => harness.request(address, init);
  };

  const report: FuzzReport = {
    ...{ statuses: {}, failures: [], cpu: { median: 0, p99: 0, p999: 0, most: 0 }, slowest: "", heap: [0, 0] },
  };
  const times: number[] = [];
  try {
    const start = performance.now();
    const passed = () => performance.now() - start;
    for (let count = 1; passed() < seconds * 1000; count++) {
      const send = count % 200 === 0 ? wholeWay : request();
      const { answer, text, milliseconds } = await measured(send);
      times.push(milliseconds);
      // A collection of garbage falls upon one of them; what a request costs by itself it costs each time.
      let least = milliseconds;
      for (let tries = 0; least > MOST && tries < 3; tries++) {
        least = Math.min(least, (await measured(send)).milliseconds);
      }
      if (least > report.cpu.most) {
        report.cpu.most = least;
        report.slowest = `request ${count}, answered with ${answer.status}`;
      }
      report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
      const whole = answer.status < 500 && !text.includes("<svg onload");
      if (!whole) report.failures.push(`request ${count}: ${answer.status} ${harness.logged().slice(-200)}`);
      if (count % 2_000 === 0) await aDayLater(harness);
      if (report.heap[0] === 0 && passed() > seconds * 250) report.heap[0] = await heap(harness);
    }
    report.heap[1] = await heap(harness);
  } finally {
    await harness.close();
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  Object.assign(report.cpu, { median: at(0.5), p99: at(0.99), p999: at(0.999) });
  return report;
}

/** Sends it, and measures the time of the processor on this thread; sealing runs on threads of its own. */
async function measured(send: () => Promise<Response>) {
  const before = process.threadCpuUsage();
  const answer = await send();
  const text = await answer.text();
  const { user, system } = process.threadCpuUsage(before);
  return { answer, text, milliseconds: (user + system) / 1000 };
}

/** What expires goes, as it would in the service. */
async function aDayLater(harness: Harness): Promise<void> {
  harness.clock.advance(hours(49));
  await harness.sweep();
}

async function heap(harness: Harness): Promise<number> {
  await aDayLater(harness);
  collect();
  return process.memoryUsage().heapUsed;
}
