/** What each route of `/api/v1` takes and answers, looked up in the generated shapes: a wrong path or field does not compile. */

import type { paths } from "./openapi";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";
type WithoutQuery<P extends string> = P extends `${infer Path}?${string}` ? Path : P;
type Route<M extends Method, P extends string> = `/api/v1${WithoutQuery<P>}` extends keyof paths
  ? paths[`/api/v1${WithoutQuery<P>}`][Lowercase<M> & keyof paths[`/api/v1${WithoutQuery<P>}`]]
  : never;

export type Reply<M extends Method, P extends string> =
  Route<M, P> extends { responses: { 200: { content: { "application/json": infer R } } } } ? R : never;
/** JSON, or a file. */
export type Body<M extends Method, P extends string> =
  Route<M, P> extends { requestBody?: { content: { "application/json": infer B } } } ? B
  : Route<M, P> extends { requestBody?: { content: { "multipart/form-data": unknown } } } ? FormData
  : undefined;
