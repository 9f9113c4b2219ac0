import { describeDamage, KINDS } from "./damaged-sheets.ts";

describeDamage(KINDS);
