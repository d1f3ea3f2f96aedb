import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it, vi } from "vitest";

import type { ActionBody } from "./api";
import { openKept } from "./kept";
import { type ActionStore, type KeptAction, Outbox } from "./outbox";

const ABOUT = { id: "1", snippet: "text" };
let n = 0;
const answer = (row: number): ActionBody => ({ uuid: `uuid-${n++}`, kind: "answer", row, class_id: 0 });

class Memory implements ActionStore {
  readonly kept = new Map<string, KeptAction>();
  full = false;
  load = async () => [...this.kept.values()];
  put = async (kept: KeptAction) => {
    if (this.full) throw new Error("full");
    this.kept.set(kept.uuid, structuredClone(kept));
  };
  remove = async (uuids: readonly string[]) => uuids.forEach((uuid) => this.kept.delete(uuid));
}

describe("Outbox", () => {
  it("sends in the order of pressing, in batches", () => {
    const outbox = new Outbox(new Memory(), "tab");
    const actions = [answer(3), answer(1), answer(2)];
    actions.forEach((action) => outbox.add(action, ABOUT));
    expect(outbox.batch(2)).toEqual(actions.slice(0, 2));
    expect(outbox.batch()).toEqual(actions);
  });

  it("sends long notes in several requests, each at least one", () => {
    const outbox = new Outbox(new Memory(), "tab");
    const notes = Array.from({ length: 5 }, (_, i): ActionBody => ({ ...answer(i), kind: "note", note: "x".repeat(100_000) }));
    notes.forEach((note) => outbox.add(note, ABOUT));
    expect(outbox.batch()).toEqual(notes.slice(0, 2));
    outbox.settle(notes.slice(0, 4).map(({ uuid }) => ({ uuid, status: "saved" })));
    expect(outbox.batch()).toEqual(notes.slice(4));
  });

  it("sends what a person pressed as theirs only: others in the same browser leave it be", async () => {
    const store = new Memory();
    const [early, ofBea, ofAnn] = [answer(0), answer(1), answer(2)];
    new Outbox(store, "tab").add(early, ABOUT); // by an earlier version, which kept no names
    new Outbox(store, "tab", () => {}, 2).add(ofBea, ABOUT);
    new Outbox(store, "tab", () => {}, 3).add(ofAnn, ABOUT);
    const ann = new Outbox(store, "tab", () => {}, 3);
    await ann.open();
    expect(ann.batch()).toEqual([early, ofAnn]);
    ann.settle([early, ofAnn].map(({ uuid }) => ({ uuid, status: "saved" })));
    const bea = new Outbox(store, "tab", () => {}, 2);
    await bea.open();
    expect(bea.batch()).toEqual([ofBea]);
  });

  it("lets go only of what was saved or repeated", () => {
    const outbox = new Outbox(new Memory(), "tab");
    const [a, b, c, d] = [answer(0), answer(1), answer(2), answer(3)] as const;
    [a, b, c, d].forEach((action) => outbox.add(action, ABOUT));
    const refused = outbox.settle([
      { uuid: a.uuid, status: "saved" },
      { uuid: b.uuid, status: "repeated" },
      { uuid: c.uuid, status: "refused", message: "No such class." },
    ]);
    expect(refused.map((kept) => kept.uuid)).toEqual([c.uuid]);
    expect(outbox.batch()).toEqual([d]);
    expect(outbox.refused.map((kept) => kept.refused)).toEqual(["No such class."]);
    outbox.dismiss(c.uuid);
    expect(outbox.refused).toEqual([]);
  });

  it("drops a refused answer that was taken back, with its undo", () => {
    const outbox = new Outbox(new Memory(), "tab");
    const given = answer(0);
    outbox.add(given, ABOUT);
    outbox.add({ uuid: "undo", kind: "undo", row: 0, target: given.uuid }, ABOUT);
    outbox.settle([{ uuid: given.uuid, status: "refused", message: "no" }]);
    expect([outbox.pending, outbox.refused]).toEqual([[], []]);
  });

  it("finds after a reload what was not acknowledged, in order, under the same uuids", async () => {
    const store = new Memory();
    const first = new Outbox(store, "tab");
    const [a, b] = [answer(0), answer(1)] as const;
    first.add(a, ABOUT);
    first.add(b, ABOUT);
    first.settle([{ uuid: a.uuid, status: "saved" }]);
    await vi.waitFor(() => expect(store.kept.size).toBe(1));
    const second = new Outbox(store, "tab");
    // Pressed before the store has opened: still behind what was there.
    const c = answer(2);
    second.add(c, ABOUT);
    await second.open();
    expect(second.batch()).toEqual([b, c]);
  });

  it("takes over from closed tabs, and leaves living ones their own", async () => {
    const store = new Memory();
    const mine = answer(0);
    const theirs = answer(1);
    new Outbox(store, "closed").add(mine, ABOUT);
    new Outbox(store, "living").add(theirs, ABOUT);
    const outbox = new Outbox(store, "tab");
    await outbox.open(new Set(["living"]));
    expect(outbox.batch()).toEqual([mine]);
  });

  it("says when nothing outlives the page", async () => {
    expect(new Outbox(null, "tab").durable).toBe(false);
    const store = new Memory();
    const changed = vi.fn();
    const outbox = new Outbox(store, "tab", changed);
    expect(outbox.durable).toBe(true);
    store.full = true;
    outbox.add(answer(0), ABOUT);
    await vi.waitFor(() => expect(outbox.durable).toBe(false));
    expect(changed).toHaveBeenCalled();
    expect(outbox.pending.length).toBe(1);
  });
});

describe("openKept", () => {
  it("keeps actions of one project apart from those of another, in order", async () => {
    const factory = new IDBFactory();
    const kept = (order: number): KeptAction => ({ uuid: `u${order}`, order, tab: "t", action: answer(0), id: "", snippet: "", refused: null });
    const store = await openKept("one", factory);
    for (const order of [3, 1, 2]) await store.put(kept(order));
    await store.remove(["u2"]);
    const again = await openKept("one", factory);
    expect((await again.load()).map(({ order }) => order)).toEqual([1, 3]);
    expect(await (await openKept("two", factory)).load()).toEqual([]);
  });

  it("rejects where there is no storage", async () => {
    await expect(openKept("one", undefined)).rejects.toThrow("no IndexedDB");
  });
});
