import { once } from "node:events";
import { Worker } from "node:worker_threads";
import autocannon from "autocannon";
import { formOf } from "../form-service/harness.ts";
import { people } from "../support/fixtures.ts";
import { type Bench, compare, type Side } from "./bench.ts";

export const bench: Bench = {
  about:
    "forms taken (judged, encrypted, committed to SQLite), against node:http that reads the form and answers the same",
  async run(effort) {
    const worker = new Worker(new URL("submission-server.ts", import.meta.url));
    const [ports] = (await once(worker, "message")) as [{ service: number; bare: number }];
    const sides = { "form service": post(ports.service), "bare node:http": post(ports.bare) };
    const figures = await compare(sides, [{ side: "form service", over: "bare node:http" }], effort);
    worker.postMessage("stop");
    await once(worker, "exit");
    return figures;
  },
};

/** Posts the form over 64 connections. */
function post(port: number): Side {
  return async (milliseconds) => {
    const result = await autocannon({
      url: `http://127.0.0.1:${port}/en/sign/`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(formOf(people.sara)).toString(),
      connections: 64,
      duration: milliseconds / 1000,
    });
    if (result.errors + result["2xx"] + result["4xx"] + result["5xx"] > 0) throw new Error("a form was not taken");
    return result["3xx"] / result.duration;
  };
}
