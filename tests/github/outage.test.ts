import { expect, inject, it } from "vitest";
import { surviveOutage } from "./outage.ts";

it("loses and doubles nothing while a third of all calls fails and GitHub is away for three days", async () => {
  const { sheets, listed, failedCalls } = await surviveOutage(6, inject("seed"));
  expect(listed).toBe(4);
  expect(sheets).toBeGreaterThan(1);
  expect(failedCalls).toBeGreaterThan(20);
}, 600_000);
