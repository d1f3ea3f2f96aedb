/**
 * Where the API is. Relative to the page, as all its addresses are: a proxy may show the page below any path, and the
 * page itself only ever changes what stands behind the `#`.
 */
export const API = "api/v1";

/** Where the image of a row is. */
export function imageOf(row: number): string {
  return `${API}/items/${row}/image`;
}
