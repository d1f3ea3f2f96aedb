import { expect, test } from "vitest";

import { FakeServer } from "./fake_server";
import { upToDate, whoIsHere } from "./people";

const person = (id: number, n_answers: number) => ({ id, name: `p${id}`, role: "annotator" as const, active: true, n_answers });

test("counts keep up with the progress, also of those who have taken all back", () => {
  const people = [person(1, 12), person(2, 3)];
  const progress = { ...new FakeServer().progress, by_person: { 1: 220 } };
  const now = upToDate(people, progress);
  expect(now.map((each) => each.n_answers)).toEqual([220, 0]);
  expect(upToDate(now, progress)).toBe(now);
  expect(whoIsHere(now)).toBe(whoIsHere(people));
  expect(whoIsHere([person(1, 12)])).not.toBe(whoIsHere(people));
});
