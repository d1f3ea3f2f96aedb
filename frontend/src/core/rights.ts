/** What the person may do, by the routes that they may use: the page hides what the server would refuse. */

import type { paths } from "./openapi";
import type { Method } from "./routes";

type Below<P> = P extends `/api/v1${infer Rest}` ? Rest : never;
type Routes<P extends keyof paths> = {
  [M in Method]: Lowercase<M> extends keyof paths[P]
    ? [paths[P][Lowercase<M>]] extends [undefined]
      ? never
      : `${M} ${Below<P>}`
    : never;
}[Method];
export type RouteName = { [P in keyof paths]: Routes<P> }[keyof paths];

export function may(project: { me: { may: readonly string[] } }, route: RouteName): boolean {
  return project.me.may.includes(route);
}
