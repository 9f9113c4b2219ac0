import { describeDamage, describeTrouble } from "./damaged-sheets.ts";

// The other kinds of damage: `damaged-sheets.long.ts`.
describeDamage(["its blob is lost", "the ref is empty"]);
describeTrouble();
