/** Who this tab is: leases belong to a tab, and each tab sends what it was told. */

import { newUuid } from "../core/uuid";

const NAME = "querist-tab";

/**
 * The id of this tab, kept over reloads, and the ids of the other living tabs. A lock says which tabs live; a
 * duplicated tab starts with a copy of the other's id, finds it locked and takes a new one. Where the browser has no
 * locks (plain http in a LAN) each load is a new tab, and none is known to live: sending an action twice does no harm.
 */
export async function claimTab(): Promise<{ id: string; living: Set<string> }> {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) return { id: newUuid(), living: new Set() };
  const kept = sessionStorage.getItem(NAME);
  let id = kept ?? newUuid();
  if (!(await lock(locks, id))) {
    id = newUuid();
    await lock(locks, id);
  }
  sessionStorage.setItem(NAME, id);
  const { held = [] } = await locks.query();
  const living = held.map(({ name = "" }) => name).filter((name) => name.startsWith(NAME));
  return { id, living: new Set(living.map((name) => name.slice(NAME.length + 1)).filter((other) => other !== id)) };
}

/** Hold a lock until the page goes; false: another tab has it. */
function lock(locks: LockManager, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    void locks.request(`${NAME}-${id}`, { ifAvailable: true }, (held) => {
      resolve(held !== null);
      return held ? new Promise(() => {}) : undefined;
    });
  });
}
