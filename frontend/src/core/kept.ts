/** The outbox's store in IndexedDB: one database a project, so that two projects on one port never mix. */

import type { ActionStore, KeptAction } from "./outbox";

const TABLE = "actions";

/** Rejects where the browser has no IndexedDB or forbids it (a private window of some browsers). */
export async function openKept(projectId: string, factory: IDBFactory | undefined = globalThis.indexedDB): Promise<ActionStore> {
  if (!factory) throw new Error("This browser has no IndexedDB.");
  const opening = factory.open(`querist-${projectId}`, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE, { keyPath: "uuid" });
  const database = await done(opening);
  const table = (mode: IDBTransactionMode): IDBObjectStore =>
    database.transaction(TABLE, mode, { durability: "strict" }).objectStore(TABLE);
  return {
    load: async () => {
      const all = await done(table("readonly").getAll() as IDBRequest<KeptAction[]>);
      return all.sort((a, b) => a.order - b.order);
    },
    put: (kept) => committed(table("readwrite"), (actions) => actions.put(kept)),
    remove: (uuids) => committed(table("readwrite"), (actions) => uuids.forEach((uuid) => actions.delete(uuid))),
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser could not open its storage."));
  });
}

/** Resolves when the transaction is on disk, not already when the request succeeded. */
function committed(table: IDBObjectStore, write: (table: IDBObjectStore) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    table.transaction.oncomplete = () => resolve();
    table.transaction.onabort = () => reject(table.transaction.error ?? new Error("The browser's storage is full."));
    write(table);
  });
}
