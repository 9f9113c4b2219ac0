import { tryInterleavings } from "./review-model.ts";

tryInterleavings(2);
