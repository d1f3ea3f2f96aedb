import { expect, it } from "vitest";
import { Task } from "./task.svelte";

it("does one thing at a time", async () => {
  const task = new Task();
  let finish = (): void => {};
  const first = task.run(() => new Promise<void>((resolve) => (finish = resolve)));
  let done = 0;
  expect(task.busy).toBe(true);
  expect(await task.run(async () => done++)).toBe(false);
  finish();
  expect(await first).toBe(true);
  expect(await task.run(async () => done++)).toBe(true);
  expect(done).toBe(1);
  expect(task.busy).toBe(false);
});

it("keeps what went wrong until the next time", async () => {
  const task = new Task();
  const problem = new Error("The disk is full.");
  expect(await task.run(() => Promise.reject(problem))).toBe(false);
  expect(task.problem).toBe(problem);
  expect(task.busy).toBe(false);
  expect(await task.run(async () => {})).toBe(true);
  expect(task.problem).toBeNull();
});
