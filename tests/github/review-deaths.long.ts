import { tryDeaths } from "./review-model.ts";

tryDeaths();
