import fc from "fast-check";
import { SHOWN, type Shown } from "../../scripts/letter/signature/shown.ts";
import type { Left } from "./machines-lost.ts";

/** Something that somebody does. `who` and `which` count among those who can at that moment; nothing happens for nobody. */
export type Step =
  | { readonly do: "sign" | "join"; readonly shown: Shown; readonly lang: "en" | "fa" }
  | { readonly do: "confirm" | "remove"; readonly who: number }
  | { readonly do: "leave"; readonly who: number; readonly by: "code" | "address" }
  | { readonly do: "approve"; readonly refuse?: number | undefined }
  | { readonly do: "restore"; readonly which: number; readonly left: Left }
  | { readonly do: "open"; readonly which: number; readonly reseal: boolean; readonly split: boolean }
  | { readonly do: "later"; readonly days: number }
  /** the end: a purge of what the recipient has, or of a new handover */
  | { readonly do: "end"; readonly again: boolean }
  | { readonly do: "file" | "backUp" | "handOver" | "erase" | "check" };

const who = fc.nat({ max: 6 });
const signing = {
  shown: fc.constantFrom(...SHOWN),
  lang: fc.constantFrom("en" as const, "fa" as const),
};
const simple = (name: Step["do"], more: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) =>
  fc.record({ do: fc.constant(name), ...more }) as unknown as fc.Arbitrary<Step>;
const joins = simple("join", signing);

/** What happens in a life, most often what people do, and now and then what organisers do. */
const anyStep = fc.oneof(
  { weight: 3, arbitrary: joins },
  { weight: 1, arbitrary: simple("sign", signing) },
  { weight: 1, arbitrary: simple("confirm", { who }) },
  { weight: 1, arbitrary: simple("file") },
  { weight: 4, arbitrary: simple("approve", { refuse: fc.option(who, { nil: undefined }) }) },
  { weight: 5, arbitrary: simple("leave", { who, by: fc.constantFrom("code", "address") }) },
  { weight: 1, arbitrary: simple("remove", { who }) },
  { weight: 2, arbitrary: simple("backUp") },
  { weight: 2, arbitrary: simple("restore", { which: who, left: fc.constantFrom("main", "list", "old", "copy") }) },
  { weight: 3, arbitrary: simple("handOver") },
  { weight: 3, arbitrary: simple("open", { which: who, reseal: fc.boolean(), split: fc.boolean() }) },
  { weight: 1, arbitrary: simple("end", { again: fc.boolean() }) },
  { weight: 1, arbitrary: simple("erase") },
  { weight: 2, arbitrary: simple("later", { days: fc.constantFrom(1, 3, 8) }) },
);

/** Lives of a campaign: some people sign, and then anything happens. */
export const lives = fc.record({
  ending: fc.constantFrom("counts" as const, "names" as const),
  number: fc.nat(),
  steps: fc
    .tuple(fc.array(joins, { minLength: 2, maxLength: 4 }), fc.array(anyStep, { minLength: 5, maxLength: 14 }))
    .map(([first, more]) => [...first, ...more]),
});
