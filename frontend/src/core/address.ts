/**
 * Where the API is. Relative to the page, as all its addresses are: a proxy may show the page below any path, and the
 * page itself only ever changes what stands behind the `#`.
 */
export const API = "api/v1";
