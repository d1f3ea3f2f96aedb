/** The shapes of `/api/v1`, which `docs/make_api.py` generates from the server's routes; here, parts of them get names. */

import type { ActionBody, FilterBody, Item, paths, PersonInfo, PromiseBody, RowSummary } from "./openapi";

export type * from "./openapi";

type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;

/** What is left out of a request asks for nothing; the page never says so by null. */
export type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };
export type Filter = Given<FilterBody>;
export type Kind = Item["kind"];
/** `model`: labelled by the model under a promise, not by a person. */
export type Status = RowSummary["status"];
export type ActionKind = ActionBody["kind"];
export type PromiseKind = PromiseBody["kind"];
export type Role = PersonInfo["role"];
export type ExploreSort = NonNullable<Query<"/api/v1/items">["sort"]>;
export type ExportFormat = NonNullable<Query<"/api/v1/export">["format"]>;
