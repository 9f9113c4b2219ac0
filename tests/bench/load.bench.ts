import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHistogram } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { startInstance } from "../form-service/crashes/instances.ts";
import { formOf } from "../form-service/harness.ts";
import { startService } from "../support/servers/service.ts";
import type { Bench, Figure } from "./bench.ts";
import { openCodes } from "./captured-codes.ts";
import { type Memory, mebibytes, slope } from "./memory.ts";

/** The peak that broke the petitions site of the United Kingdom in 2019. */
const A_MINUTE = 2_000;
/** A person opens the mail and types the code so long after the form was due. */
const TYPING = 10_000;
/** Production waits six hours; its sizes of a sheet, more often, so that filing takes part in minutes of load. */
const FILING = { FILE_EVERY: "1m", FILE_AT_LEAST: "20", FILE_AT_MOST: "200" };
/** As many providers as a crowd has: mail to one of them leaves at that one's pace. */
const MAIL_DOMAINS = 50;

export const bench: Bench = {
  about: `${A_MINUTE} signatures a minute on a form service of its own, at fixed moments whether it keeps up or not, filed every minute (--seconds 600 says something)`,
  async run({ seconds }) {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-load-"));
    // The first start puts the letter on the ledger and makes keys and two recipients; what is measured is only the form service.
    await (await startService({ dataDir: folder })).stop();
    const instance = await startInstance({ DATA_DIR: folder, MAIL_URL: "capture:", ...FILING });
    try {
      return await load(instance.origin, join(folder, "mail"), instance.pid, seconds);
    } finally {
      await instance.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function load(origin: string, mailFolder: string, pid: number, seconds: number): Promise<Figure[]> {
  const times = { submission: createHistogram(), mail: createHistogram(), confirmation: createHistogram() };
  const errors = new Map<string, number>();
  const memory: Memory[] = [];
  const codes = openCodes(mailFolder);
  const post = async (
    kind: "submission" | "confirmation",
    status: number,
    due: number,
    form: Record<string, string>,
  ) => {
    const path = kind === "submission" ? "/en/sign/" : "/en/confirm/";
    const answer = await fetch(origin + path, {
      ...{ method: "POST", redirect: "manual", body: new URLSearchParams(form), signal: AbortSignal.timeout(30_000) },
    });
    await answer.arrayBuffer();
    if (answer.status !== status) throw new Error(`${kind} answered with ${answer.status}`);
    // From the moment it was due: what waits for a slow answer is slow as well.
    times[kind].record(nanoseconds(performance.now() - due));
    return answer;
  };
  const sign = async (i: number, due: number) => {
    const email = `signer-${i}@provider-${i % MAIL_DOMAINS}.example`;
    const answer = await post("submission", 303, due, formOf({ name: "Sara Azadi", email }));
    const s = new URL(answer.headers.get("location") ?? "", origin).searchParams.get("s") ?? "";
    const code = await codes.of(email);
    times.mail.record(nanoseconds(performance.now() - due));
    // Nobody types a code before it has come, and this delay is the mail's and not the confirmation's.
    const typed = Math.max(due + TYPING, performance.now());
    await wait(typed - performance.now());
    await post("confirmation", 200, typed, { s, code });
  };
  const [start, cpuBefore] = [performance.now(), cpuSeconds(pid)];
  const measuring = setInterval(
    () => memory.push({ at: (performance.now() - start) / 60_000, mebibytes: mebibytes(pid) }),
    1000,
  );
  const signing: Promise<void>[] = [];
  for (let i = 0; i < (A_MINUTE / 60) * seconds; i++) {
    const due = start + (i * 60_000) / A_MINUTE;
    await wait(Math.max(0, due - performance.now()));
    signing.push(
      sign(i, due).catch((error: Error) => {
        errors.set(error.message, (errors.get(error.message) ?? 0) + 1);
      }),
    );
  }
  await Promise.all(signing);
  clearInterval(measuring);
  codes.close();
  const took = (performance.now() - start) / 1000;
  for (const [message, count] of errors) console.log(`  ${count} × ${message}`);
  const percentiles = Object.entries(times).flatMap(([kind, all]): Figure[] =>
    [50, 99, 99.9].map((share) => ({
      ...{ name: `${kind}, p${share}`, value: all.percentile(share) / 1e6, unit: "ms" },
      ...(share === 99 && kind !== "mail" && { atMost: 250 }),
    })),
  );
  return [
    { name: "signatures", value: times.confirmation.count, unit: "" },
    { name: "errors", value: [...errors.values()].reduce((sum, count) => sum + count, 0), unit: "", atMost: 0 },
    ...percentiles,
    { name: "memory at the start", value: memory[0]?.mebibytes ?? 0, unit: "MiB" },
    { name: "memory at the end", value: memory.at(-1)?.mebibytes ?? 0, unit: "MiB" },
    { name: "growth of memory in the second half", value: slope(memory), unit: "MiB a minute" },
    { name: "processor", value: (cpuSeconds(pid) - cpuBefore) / took, unit: "cores" },
  ];
}

function nanoseconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * 1e6));
}

/** The time that the process has had of all processors; Linux counts hundredths. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
