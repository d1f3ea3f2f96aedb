/** Who is here, with counts that keep up: what a page was loaded with grows old, the progress comes with every answer. */

import type { PersonInfo, Progress } from "./api";

/** The people with as many answers as they have given by now; the same list where nothing changed. */
export function upToDate(people: PersonInfo[], progress: Progress): PersonInfo[] {
  const now = (person: PersonInfo): number => progress.by_person[person.id] ?? 0;
  if (people.every((person) => person.n_answers === now(person))) return people;
  return people.map((person) => ({ ...person, n_answers: now(person) }));
}

/** Changes when somebody comes, leaves or gets another role or name, and not with every answer. */
export const whoIsHere = (people: readonly PersonInfo[]): string =>
  JSON.stringify(people.map(({ id, name, role, active }) => [id, name, role, active]));
