import { describe, expect, it } from "vitest";

import { item } from "./fake_server";
import { KEPT_AHEAD, Queue, WANTED_AHEAD } from "./queue";

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => item(from + i));
const ahead = (queue: Queue) => queue.ahead.map((each) => each.row);

describe("Queue", () => {
  it("wants one on screen and twelve ahead", () => {
    const queue = new Queue();
    expect(queue.wanted).toBe(WANTED_AHEAD + 1);
    queue.add(rows(0, 13));
    expect(queue.current?.row).toBe(0);
    expect(queue.wanted).toBe(0);
    queue.advance();
    expect(queue.wanted).toBe(1);
  });

  it("never takes a row that is in hand, was on screen since the request began, or is answered", () => {
    const queue = new Queue();
    queue.add(rows(0, 4));
    queue.begin();
    queue.advance();
    queue.advance();
    queue.add(rows(0, 7), [5]);
    // Row 0 left the screen before anything came: the reply may still know it as free.
    expect([queue.current?.row, ...ahead(queue)]).toEqual([2, 3, 0, 4, 6]);
  });

  it("shows again what the server hands out later: a class was removed, and the row is open", () => {
    const queue = new Queue();
    queue.add(rows(0, 2));
    queue.advance();
    queue.begin();
    queue.add([item(0)]);
    expect(ahead(queue)).toEqual([0]);
  });

  it("replaces the unseen tail, never what is on screen or next", () => {
    const queue = new Queue();
    queue.add(rows(0, 13));
    const kept = queue.keptRows();
    expect(kept).toEqual([0, 1, 2].slice(0, 1 + KEPT_AHEAD));
    queue.dropTail(kept);
    queue.add(rows(50, 60));
    expect(queue.current?.row).toBe(0);
    expect(ahead(queue)).toEqual([1, 2, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
  });

  it("keeps also what gave way to items that were brought back", () => {
    const queue = new Queue();
    queue.add(rows(4, 12));
    for (const row of [3, 2, 1, 0]) queue.bringBack(item(row));
    expect(queue.keptRows()).toEqual([0, 1, 2, 3, 4]);
    for (let i = 0; i < 4; i++) queue.advance();
    expect(queue.keptRows()).toEqual([4, 5, 6]);
  });

  it("keeps the item on screen also where it advanced into the old tail meanwhile", () => {
    const queue = new Queue();
    queue.add(rows(0, 8));
    const kept = queue.keptRows();
    queue.begin();
    for (let i = 0; i < 5; i++) queue.advance();
    queue.dropTail(kept);
    queue.add([item(3), item(4), item(5), item(70)]);
    expect(queue.current?.row).toBe(5);
    expect(ahead(queue)).toEqual([70]);
  });

  it("brings an item back in front, and the one on screen comes next", () => {
    const queue = new Queue();
    queue.add(rows(0, 3));
    queue.advance();
    queue.bringBack(item(0));
    expect(queue.current?.row).toBe(0);
    expect(ahead(queue)).toEqual([1, 2]);
    queue.bringBack(item(9), true);
    expect([queue.current?.row, ...ahead(queue)]).toEqual([9, 1, 2]);
  });
});
