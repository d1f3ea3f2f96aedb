/** What each role may, in a few words; a longer table is in docs/rights.md. */

import type { Role } from "../../core/api";

export const ROLES: readonly [Role, string][] = [
  ["annotator", "labels"],
  ["viewer", "can only look"],
  ["reviewer", "also labels many rows, imports, exports"],
  ["owner", "also classes, people, settings, promises"],
];
