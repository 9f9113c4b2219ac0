import { root } from "../../support/source.ts";
import { operate } from "../operate.ts";
import { CORPUS } from "./corpus.ts";

// A program of its own for one sequence of the corpus: so the code under it can be another, see `broken.ts`.
const [name] = process.argv.slice(2) as [keyof typeof CORPUS];
process.chdir(root);
try {
  await operate(CORPUS[name].steps, { ending: "names", seed: name });
  console.log("nothing was found");
} catch (cause) {
  console.log((cause as Error).message);
}
process.exit();
