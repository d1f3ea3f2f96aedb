import { afterEach, expect, test } from "vitest";
import { HttpTransport, TooSlow, Unreachable, whyNot } from "./transport";

const browsers = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = browsers;
});

function answering(answer: () => Response): void {
  globalThis.fetch = async () => answer();
}

test("why an image does not come is told in the server's words", async () => {
  const message = "huge.png cannot be shown: it has too many pixels. Make it smaller.";
  const error = { code: "no_image", message, hint: null, where: null };
  answering(() => new Response(JSON.stringify({ error }), { status: 415 }));
  expect(await whyNot("api/v1/items/1/image")).toBe(message);
});

test("where the server says nothing, or is not there, that is told", async () => {
  answering(() => new Response("<html>", { status: 502 }));
  expect(await whyNot("api/v1/items/1/image")).toBe("The proxy before the server cannot reach it (status 502).");
  answering(() => new Response("<html>", { status: 418 }));
  expect(await whyNot("api/v1/items/1/image")).toBe("The server answered with status 418.");
  answering(() => new Response("", { status: 200 }));
  expect(await whyNot("api/v1/items/1/image")).toBe("");
  answering(() => {
    throw new TypeError("no network");
  });
  expect(await whyNot("api/v1/items/1/image")).toBe("The server cannot be reached.");
});

test("a slow server is told from one that is not there, wherever a request is made", async () => {
  const transport = new HttpTransport("tab");
  answering(() => {
    throw new DOMException("signal timed out", "TimeoutError");
  });
  const slow = await transport.request("GET", "/figures").catch((problem: unknown) => problem);
  expect(slow).toBeInstanceOf(TooSlow);
  expect((slow as Error).message).toMatch(/taking a long time/);
  expect(await whyNot("api/v1/items/1/image")).toMatch(/taking a long time/);
  answering(() => {
    throw new TypeError("Failed to fetch");
  });
  const gone = await transport.request("GET", "/figures").catch((problem: unknown) => problem);
  expect(gone).toBeInstanceOf(Unreachable);
  expect(gone).not.toBeInstanceOf(TooSlow);
});
