import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ClassInfo } from "./api";
import { Client } from "./client";
import type { Method } from "./routes";
import { FakeServer, item } from "./fake_server";
import { HEARTBEAT_MS, SLOW_MS, retryWait } from "./lane";
import { type ActionStore, type KeptAction, Outbox } from "./outbox";
import { IDLE_MS, Session } from "./session";

const CLASSES = ["ham", "spam"].map((name, id): ClassInfo => {
  return { id, name, colour: "#333333", key: null, description: "", examples: [], state: "active", merged_into: null };
});

/** What the browser keeps over a reload. */
class Disk implements ActionStore {
  kept: KeptAction[] = [];
  load = async () => structuredClone(this.kept);
  put = async (kept: KeptAction) => void (this.kept = [...this.kept.filter((k) => k.uuid !== kept.uuid), structuredClone(kept)]);
  remove = async (uuids: readonly string[]) => void (this.kept = this.kept.filter((kept) => !uuids.includes(kept.uuid)));
}

let open: Session[] = [];

/** A page, whose view paints 16 ms after each change. */
async function page(server: FakeServer, { disk = new Disk() as ActionStore | null, paints = true } = {}): Promise<Session> {
  const session = new Session(new Client(server), new Outbox(disk, "tab"), server.progress);
  session.setClasses(CLASSES, 1);
  if (paints) {
    session.subscribe((view) => {
      const row = view.item?.row;
      if (view.unpainted && row !== undefined) setTimeout(() => session.painted(row), 16);
    });
  }
  open.push(session);
  void session.start();
  await vi.advanceTimersByTimeAsync(100);
  return session;
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** Whatever waits for the server gets its time. */
async function settled<T>(work: Promise<T>, ms = 20): Promise<T> {
  await pass(ms);
  return work;
}

const onScreen = (session: Session) => session.view().item?.row;

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  open.forEach((session) => session.stop());
  open = [];
  vi.useRealTimers();
});

describe("labelling", () => {
  it("answers, advances and sends one request per label, which carries the next items", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.requests.length = 0;
    for (let i = 0; i < 5; i++) {
      expect(session.answer(i % 2)).toBe(true);
      await pass(100);
    }
    expect(server.log.map(({ row, class_id }) => [row, class_id])).toEqual([[0, 0], [1, 1], [2, 0], [3, 1], [4, 0]]);
    expect(server.requests.map(({ path }) => path)).toEqual(Array(5).fill("/answers"));
    expect(session.view().ahead.length).toBe(12);
    expect(session.view().pending).toBe(0);
  });

  it("gives ten labels on the ten items that were seen for ten presses 60 ms apart, however slow the server", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.delay = 700;
    const seen: (number | undefined)[] = [];
    for (let i = 0; i < 10; i++) {
      seen.push(onScreen(session));
      expect(session.answer(1)).toBe(true);
      await pass(60);
    }
    await pass(3000);
    expect(server.log.map(({ row }) => row)).toEqual(seen);
    expect(new Set(seen).size).toBe(10);
  });

  it("takes no press for an item that is not painted yet", async () => {
    const server = new FakeServer();
    const session = await page(server);
    expect(session.answer(0)).toBe(true);
    expect(session.answer(0)).toBe(false);
    expect([session.skip(), session.flag(), session.note("x")]).toEqual([false, false, false]);
    await pass(100);
    expect(server.log.length).toBe(1);
    expect(session.answer(0)).toBe(true);
  });

  it("refuses an empty answer and one of a class that is not offered", async () => {
    const server = new FakeServer();
    const session = await page(server);
    session.setClasses([CLASSES[0]!, { ...CLASSES[1]!, state: "removed" }], 2);
    expect([session.answer(1), session.answer(7), session.answer(Number.NaN)]).toEqual([false, false, false]);
    expect(session.answer(0)).toBe(true);
    await pass(50);
    expect(server.log[0]?.class_version).toBe(2);
  });

  it("counts the time that the item was in view only", async () => {
    const server = new FakeServer();
    const session = await page(server);
    await pass(920);
    session.setVisible(false);
    await pass(60_000);
    session.setVisible(true);
    await pass(500);
    session.answer(0);
    await pass(50);
    const { duration_ms, shown_at, answered_at } = server.log[0]!;
    // Painted a few milliseconds after the start of the page's 100.
    expect(duration_ms).toBeGreaterThanOrEqual(1420);
    expect(duration_ms).toBeLessThanOrEqual(1520);
    expect(answered_at! - shown_at!).toBe(duration_ms! + 60_000);
  });

  it("says truthfully whether a guess was in view", async () => {
    const server = new FakeServer();
    const guess = { class_id: 1, confidence: 0.9, because: [] };
    server.items = (row) => item(row, { guess: row % 2 === 0 ? guess : null });
    const session = await page(server);
    const shown = async (prepare: () => void) => {
      prepare();
      session.answer(0);
      await pass(50);
      return server.log.at(-1)!.guess_shown;
    };
    expect(await shown(() => {})).toBe(false);
    expect(await shown(() => session.setGuessVisible(true))).toBe(false); // row 1 has none
    expect(await shown(() => {})).toBe(true);
    session.setGuessVisible(false);
    expect(await shown(() => {})).toBe(false);
    // Looked at, and hidden again before the answer: it was seen.
    expect(
      await shown(() => {
        session.setGuessVisible(true);
        session.setGuessVisible(false);
      }),
    ).toBe(true);
    // Told in words: of the item that stands there, where it has a guess.
    expect(await shown(() => session.toldGuess())).toBe(false);
    expect(await shown(() => session.toldGuess())).toBe(true);
    expect(await shown(() => {})).toBe(false);
  });

  it("flags, notes, and takes both back", async () => {
    const server = new FakeServer();
    const session = await page(server);
    session.flag();
    session.note("odd");
    await pass(50);
    expect(session.view().item).toMatchObject({ row: 0, flagged: true, note: "odd" });
    expect(server.log.map(({ kind }) => kind)).toEqual(["flag", "note"]);
    await settled(session.undo());
    expect(session.view().item).toMatchObject({ flagged: true, note: "" });
    await settled(session.undo());
    expect(session.view().item).toMatchObject({ flagged: false, note: "" });
    expect(onScreen(session)).toBe(0);
  });
});

describe("undo", () => {
  it("goes back any number of steps, and brings the items back", async () => {
    const server = new FakeServer();
    const session = await page(server);
    for (let i = 0; i < 3; i++) {
      session.answer(0);
      await pass(30);
    }
    session.skip();
    await pass(30);
    const back: (number | undefined)[] = [];
    while (await settled(session.undo())) {
      back.push(onScreen(session));
      await pass(30);
    }
    expect(back).toEqual([3, 2, 1, 0]);
    expect(server.labels.size).toBe(0);
    // Forward again: each of them comes once, in its order.
    for (const row of [0, 1, 2, 3, 4]) {
      expect(onScreen(session)).toBe(row);
      session.answer(1);
      await pass(30);
    }
  });

  it("works after a reload, also on what had not reached the server", async () => {
    const server = new FakeServer();
    const disk = new Disk();
    const before = await page(server, { disk });
    for (let i = 0; i < 3; i++) {
      before.answer(0);
      await pass(30);
    }
    server.failure = "down";
    before.answer(1);
    await pass(30);
    before.stop();
    const after = await page(server, { disk });
    server.failure = null;
    await pass(1000);
    expect(server.labels.get(3)).toBe(1);
    for (const row of [3, 2, 1, 0]) {
      expect(await settled(after.undo())).toBe(true);
      expect(onScreen(after)).toBe(row);
      await pass(30);
    }
    expect(await settled(after.undo())).toBe(false);
    expect(server.labels.size).toBe(0);
  });

  it("asks the server for more history than it held at first", async () => {
    const server = new FakeServer();
    for (let row = 0; row < 130; row++) server.log.push({ uuid: `u${row}`, kind: "answer", row, class_id: 0 });
    const session = await page(server);
    let n = 0;
    while (await settled(session.undo())) {
      n++;
      await pass(5);
    }
    expect(n).toBe(130);
    await pass(100);
    expect(server.labels.size).toBe(0);
  });

  it("takes nothing back that cannot be shown", async () => {
    const server = new FakeServer();
    server.log.push({ uuid: "old", kind: "answer", row: 900, class_id: 0 });
    const session = await page(server);
    server.failure = "down";
    const undoing = session.undo();
    await pass(10);
    expect(await undoing).toBe(false);
    expect(session.view().notice).toContain("cannot be brought back");
    server.failure = null;
    await pass(20_000);
    expect(server.labels.get(900)).toBe(0);
  });
});

describe("changing an answer", () => {
  it("brings the item back, changes it, and goes on where it was", async () => {
    const server = new FakeServer();
    const session = await page(server);
    for (let i = 0; i < 3; i++) {
      session.answer(0);
      await pass(30);
    }
    await settled(session.revisit(1));
    expect(session.view().standing).toMatchObject({ row: 1, class_id: 0 });
    await pass(30);
    session.answer(1);
    await pass(30);
    expect(server.labels).toEqual(new Map([[0, 0], [1, 1], [2, 0]]));
    expect(onScreen(session)).toBe(3);
    expect(session.view().recent.map(({ row, class_id }) => [row, class_id])).toEqual([[1, 1], [2, 0], [0, 0]]);
    // Undone, the first answer stands again.
    await settled(session.undo());
    expect(session.view().standing).toMatchObject({ row: 1, class_id: 0 });
    await pass(30);
    expect(server.labels.get(1)).toBe(0);
  });

  it("leaves it as it is on request, and keeps no visited item in the queue", async () => {
    const server = new FakeServer();
    const session = await page(server);
    for (let i = 0; i < 3; i++) {
      session.answer(0);
      await pass(30);
    }
    await settled(session.revisit(0));
    await settled(session.revisit(1));
    expect(session.leave()).toBe(true);
    expect(onScreen(session)).toBe(3);
    expect(session.leave()).toBe(false);
    expect(session.view().ahead.some(({ row }) => row < 3)).toBe(false);
  });
});

describe("outages", () => {
  it("says of a slow server that it is slow, and not that nobody is there", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.delay = SLOW_MS + 2000;
    session.answer(0);
    await pass(SLOW_MS - 10);
    expect(session.view().connection).toBe("online");
    await pass(20);
    expect(session.view()).toMatchObject({ connection: "slow", pending: 1 });
    await pass(2000);
    expect(session.view()).toMatchObject({ connection: "online", pending: 0 });
    server.failure = "slow";
    session.answer(0);
    await pass(SLOW_MS + 2500);
    expect(session.view()).toMatchObject({ connection: "slow", pending: 1, trouble: null });
    server.failure = null;
    server.delay = 1;
    await pass(SLOW_MS + 20_000);
    expect(session.view()).toMatchObject({ connection: "online", pending: 0 });
  });

  it("needs no press: offline answers are kept and sent in order when the server is back", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.failure = "down";
    for (let i = 0; i < 10; i++) {
      expect(session.answer(i % 2)).toBe(true);
      await pass(300);
    }
    expect(session.view()).toMatchObject({ connection: "offline", pending: 10 });
    server.failure = null;
    await pass(11_000);
    expect(server.log.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(session.view()).toMatchObject({ connection: "online", pending: 0 });
    expect(session.view().ahead.length).toBe(12);
  });


  it("tries at once when the network comes back", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.failure = "down";
    session.answer(0);
    await pass(30_000);
    server.failure = null;
    session.reconnected();
    await pass(20);
    expect(session.view().pending).toBe(0);
  });

  it("doubles nothing where the reply was lost", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.failure = "reply lost";
    session.answer(0);
    await pass(5000);
    server.failure = null;
    await pass(11_000);
    expect(server.log.length).toBe(1);
    expect(session.view().pending).toBe(0);
    expect(onScreen(session)).toBe(1);
  });

  it("survives a reload in an outage", async () => {
    const server = new FakeServer();
    const disk = new Disk();
    const before = await page(server, { disk });
    server.failure = "reply lost";
    before.answer(0);
    await pass(100);
    server.failure = "down";
    before.answer(1);
    await pass(100);
    before.stop();
    const after = await page(server, { disk });
    expect(after.view().pending).toBe(2);
    server.failure = null;
    await pass(11_000);
    expect(server.log.map(({ row, class_id }) => [row, class_id])).toEqual([[0, 0], [1, 1]]);
    expect(disk.kept).toEqual([]);
    expect(onScreen(after)).toBe(2);
  });

  it("says what is wrong with the server, and keeps the answers", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.failure = "disk full";
    session.answer(0);
    await pass(100);
    expect(session.view()).toMatchObject({ connection: "offline", trouble: "The disk is full.", pending: 1 });
    server.failure = null;
    await pass(11_000);
    expect(session.view()).toMatchObject({ connection: "online", trouble: null, pending: 0 });
  });

  it("says that it is signed out, and sends when it is in again", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.failure = "signed out";
    session.answer(0);
    await pass(100);
    expect(session.view()).toMatchObject({ connection: "signed-out", pending: 1 });
    server.failure = null;
    session.setVisible(true);
    await pass(100);
    expect(session.view()).toMatchObject({ connection: "online", pending: 0 });
  });

  it("waits longer each time, up to ten seconds, and never twice the same", () => {
    const waits = [0, 1, 2, 3, 4, 5, 20].map((n) => retryWait(n, () => 1));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(retryWait(3, () => 0)).toBe(2000);
  });
});

describe("refused actions", () => {
  it("stay in sight, are no step to undo, and can be given again", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.refuse = (action) => (action.row === 0 ? "Class is gone." : null);
    session.answer(0);
    await pass(50);
    session.answer(0);
    await pass(50);
    const [refused] = session.view().refused;
    expect(refused).toMatchObject({ refused: "Class is gone.", action: { row: 0 } });
    expect(session.view().pending).toBe(0);
    server.refuse = () => null;
    await settled(session.again(refused!.uuid));
    expect(onScreen(session)).toBe(0);
    expect(session.view().refused).toEqual([]);
    await pass(50);
    session.answer(1);
    await pass(50);
    expect(server.labels).toEqual(new Map([[1, 0], [0, 1]]));
    await settled(session.undo());
    await settled(session.undo());
    expect(await settled(session.undo())).toBe(false);
  });

  it("do not keep the others of a batch from being saved", async () => {
    const server = new FakeServer();
    const session = await page(server);
    const request = server.request.bind(server);
    // The server refuses the request as a whole, as it does when one action is no valid JSON for it.
    const { Refusal } = await import("./transport");
    server.request = (async (method: Method, path: string, body?: { actions?: { row: number }[] }) => {
      if (body?.actions?.some(({ row }) => row === 2)) throw new Refusal(422, "invalid", "Not valid.");
      return request(method, path, body);
    }) as typeof server.request;
    server.failure = "down";
    for (let i = 0; i < 5; i++) {
      session.answer(0);
      await pass(30);
    }
    server.failure = null;
    await pass(11_000);
    expect([...server.labels.keys()]).toEqual([0, 1, 3, 4]);
    expect(session.view().refused.map(({ action }) => action.row)).toEqual([2]);
  });
});

describe("the queue", () => {
  it("takes a new ranking's items with the next answer, in one request", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.items = (row) => item(row + 500);
    const before = server.requests.length;
    session.ranked();
    session.painted(0);
    session.answer(0);
    await pass(1600);
    expect(server.requests.length).toBe(before + 1);
    expect(server.requests[before]?.body).toMatchObject({ holding: [1, 2, 3], want: 10 });
    expect(session.view().ahead.slice(0, 3).map(({ row }) => row)).toEqual([2, 3, 504]);
  });

  it("takes a new ranking's items for the unseen tail, and never swaps the item on screen", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.items = (row) => item(row + 500);
    const before = server.requests.length;
    session.ranked();
    await pass(50);
    expect(server.requests.length).toBe(before);
    await pass(1600);
    expect(onScreen(session)).toBe(0);
    expect(session.view().ahead.slice(0, 3).map(({ row }) => row)).toEqual([1, 2, 503]);
    expect(session.view().ahead.length).toBe(12);
  });

  it("keeps only the item on screen when the person asks for other questions, also from another view", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.requests.length = 0;
    session.reordered();
    await pass(50);
    session.setVisible(false);
    session.reordered();
    await pass(50);
    session.setVisible(true);
    await pass(50);
    expect(server.requests.map(({ body }) => body)).toEqual(Array(2).fill({ holding: [0], want: 12 }));
    session.ranked();
    await pass(1600);
    expect(server.requests[2]?.body).toEqual({ holding: [0, 1, 2], want: 10 });
  });

  it("renews its leases while in view only, and looks for better items after a long pause", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.requests.length = 0;
    await pass(HEARTBEAT_MS * 2);
    expect(server.requests.map(({ path }) => path)).toEqual(["/queue", "/queue"]);
    session.setVisible(false);
    await pass(HEARTBEAT_MS * 4);
    expect(server.requests.length).toBe(2);
    session.setVisible(true);
    await pass(50);
    expect(server.requests[2]?.body).toEqual({ holding: [0, 1, 2], want: 10 });
  });

  it("gives up what it holds when nobody is there, though it is in view, and goes on when somebody is", async () => {
    const server = new FakeServer();
    const session = await page(server);
    await pass(IDLE_MS);
    server.requests.length = 0;
    session.ranked();
    session.reconnected();
    await pass(HEARTBEAT_MS * 4);
    expect(server.requests).toEqual([]);
    session.present();
    await pass(1600);
    expect(server.requests.map(({ body }) => body)).toEqual([{ holding: [0, 1, 2], want: 10 }]);
    await pass(HEARTBEAT_MS);
    expect(server.requests.length).toBe(2);
  });

  it("holds nothing for a new ranking while another view is open, and takes it when the label view is", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.requests.length = 0;
    session.setVisible(false);
    session.ranked();
    session.reconnected();
    await pass(10_000);
    expect(server.requests).toEqual([]);
    session.setVisible(true);
    await pass(50);
    expect(server.requests.map(({ body }) => body)).toEqual([{ holding: [0, 1, 2], want: 10 }]);
  });

  it("takes the answer of who comes back, with better items in the same request", async () => {
    const server = new FakeServer();
    const session = await page(server);
    await pass(IDLE_MS + HEARTBEAT_MS);
    server.requests.length = 0;
    expect(session.answer(1)).toBe(true);
    await pass(50);
    expect(server.requests[0]).toMatchObject({ path: "/answers", body: { actions: [{ row: 0, asked: true }], holding: [1, 2, 3] } });
  });

  it("gives back what it holds and has not answered when it is closed", async () => {
    const server = new FakeServer();
    const session = await page(server);
    server.delay = 1000;
    session.answer(1);
    session.close();
    expect(server.requests.at(-1)).toEqual({ path: "/queue", body: { holding: [0], want: 0 } });
  });

  it("says which answer corrects one that is in sight", async () => {
    const server = new FakeServer();
    const session = await page(server);
    session.answer(0);
    await pass(50);
    await settled(session.revisit(0));
    await pass(50);
    session.answer(1);
    await pass(50);
    expect(server.log.map(({ row, class_id, asked }) => [row, class_id, asked])).toEqual([[0, 0, true], [0, 1, false]]);
  });

  it("ends in an empty screen, and says that nothing is left", async () => {
    const server = new FakeServer(3);
    const session = await page(server);
    for (let i = 0; i < 3; i++) {
      session.answer(0);
      await pass(50);
    }
    expect(session.view()).toMatchObject({ item: null, exhausted: true });
    expect(session.answer(0)).toBe(false);
    await settled(session.undo());
    expect(onScreen(session)).toBe(2);
  });
});
