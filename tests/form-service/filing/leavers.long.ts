import { tellRestored } from "./restored-leavers.ts";

tellRestored([
  ["beside the backup", "early"],
  ["in an old DATA_DIR", "late"],
  ["in an old DATA_DIR", "early"],
  ["on main", "early"],
]);
