/** How the page talks to its server: requests with one error shape, and one stream of events. */

import { API } from "./address";
import type { ErrorReply, ModelStatus, Progress } from "./api";
import type { Body, Method, Reply } from "./routes";

/** The server answered, and the answer was no. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly where: string | null = null,
  ) {
    super(message);
    this.name = "Refusal";
  }

  /** The same request may pass later: the server is overloaded, restarting or out of disk. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

/** No answer came: no network, no server, or too slow. */
export class Unreachable extends Error {
  constructor(message = "The server cannot be reached.") {
    super(message);
    this.name = "Unreachable";
  }

  /** By what `fetch` threw: a request that was given up is another matter than a server that is not there. */
  static of(thrown: unknown): Unreachable {
    return thrown instanceof DOMException && thrown.name === "TimeoutError" ? new TooSlow() : new Unreachable();
  }
}

/** The server may be there, and has not answered in time. */
export class TooSlow extends Unreachable {
  constructor() {
    super("The server is taking a long time to answer. It may be busy: try again in a moment.");
    this.name = "TooSlow";
  }
}

/** What the person is told about any failure. */
export function inWords(problem: unknown): string {
  if (problem instanceof Refusal && problem.hint) return `${problem.message} ${problem.hint}`;
  return problem instanceof Error ? problem.message : String(problem);
}

/** A class of that name was removed or merged: it may be the one that is meant. */
export const isGone = (problem: unknown): boolean => problem instanceof Refusal && problem.code === "class_is_gone";

const OF_PROXIES: Partial<Record<number, string>> = {
  502: "The proxy before the server cannot reach it (status 502).",
  503: "The server is not taking requests at the moment (status 503).",
  504: "The server is taking a long time to answer, and the proxy before it gave up (status 504).",
};

/** Why an image does not come, in the server's words: a browser keeps them to itself. Empty where it says nothing. */
export async function whyNot(address: string): Promise<string> {
  try {
    const response = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? "" : refusal(response.status, await response.text()).message;
  } catch (thrown) {
    return Unreachable.of(thrown).message;
  }
}

export interface StreamEvents {
  /** A (re)connection stands; events may have been missed before it. */
  open?(): void;
  lost?(): void;
  ranking?(version: number): void;
  model?(status: ModelStatus): void;
  progress?(progress: Progress): void;
  /** New figures of the model; a promise has begun, moved on or ended. */
  figures?(progress: Progress): void;
  promises?(progress: Progress): void;
  classes?(version: number): void;
  /** Somebody came or left, or has another role; what annotators may was changed. */
  people?(): void;
  settings?(): void;
}

export interface Transport {
  /** `path` below `/api/v1`, for example `/queue`. A FormData body is sent as it is, everything else as JSON. */
  request<M extends Method, P extends string>(method: M, path: P, body?: Body<M, P>, signal?: AbortSignal): Promise<Reply<M, P>>;
  /** Listen until the returned function is called; reconnects by itself. */
  stream(events: StreamEvents): () => void;
}

const PATIENCE_MS = 30_000;
/** Figures, plans and searches of a large project may take longer, and nobody labels in the meantime. */
const LONG_PATIENCE_MS = 120_000;
/** What a person waits for while labelling. */
const LABELLING: ReadonlySet<string> = new Set(["/answers", "/queue"]);

export class HttpTransport implements Transport {
  /** Whom the page belongs to: what they pressed must not be sent as somebody else's, who signed in in another tab. */
  person: number | null = null;

  constructor(private readonly tab: string) {}

  async request<M extends Method, P extends string>(
    method: M,
    path: P,
    body?: Body<M, P>,
    signal?: AbortSignal,
  ): Promise<Reply<M, P>> {
    const headers: Record<string, string> = { Accept: "application/json", "X-Tab": this.tab };
    if (this.person !== null) headers["X-Person"] = String(this.person);
    const upload = body instanceof FormData;
    if (body !== undefined && !upload) headers["Content-Type"] = "application/json";
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
    if (body !== undefined) init.body = upload ? body : JSON.stringify(body);
    // Goes through also when the tab is closed right after the press (browsers allow 64 KiB).
    if (LABELLING.has(path) && (init.body as string).length < 30_000) init.keepalive = true;
    // An upload takes as long as it takes.
    const patience = LABELLING.has(path) ? PATIENCE_MS : LONG_PATIENCE_MS;
    const limits = [...(signal ? [signal] : []), ...(upload ? [] : [AbortSignal.timeout(patience)])];
    if (limits.length > 0) init.signal = AbortSignal.any(limits);

    let response: Response;
    let text: string;
    try {
      response = await fetch(API + path, init);
      text = await response.text();
    } catch (thrown) {
      throw Unreachable.of(thrown);
    }
    if (!response.ok) throw refusal(response.status, text);
    try {
      return (text ? JSON.parse(text) : undefined) as Reply<M, P>;
    } catch {
      throw new Unreachable("Something other than Querist answered: perhaps a proxy, or a login page of the network. Check the address.");
    }
  }

  stream(events: StreamEvents): () => void {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = 1000;
    const connect = (): void => {
      source = new EventSource(`${API}/stream`);
      source.onopen = () => {
        wait = 1000;
        events.open?.();
      };
      source.onerror = () => {
        events.lost?.();
        // The browser reconnects by itself after a lost connection, but gives up on an answer that is no stream.
        if (source?.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(connect, wait);
        wait = Math.min(2 * wait, 15_000);
      };
      const on = <D>(name: string, handle: ((data: D) => void) | undefined): void =>
        source?.addEventListener(name, (event) => handle?.(JSON.parse((event as MessageEvent<string>).data) as D));
      on<ModelStatus>("ranking", (data) => events.ranking?.(data.version));
      on<ModelStatus>("model", (data) => events.model?.(data));
      on<Progress>("progress", (data) => events.progress?.(data));
      on<Progress>("figures", (data) => events.figures?.(data));
      on<Progress>("promises", (data) => events.promises?.(data));
      on<Progress>("classes", (data) => events.classes?.(data.class_version));
      on<Progress>("people", () => events.people?.());
      on<Progress>("settings", () => events.settings?.());
    };
    connect();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }
}

/** What the server said, or the proxy before it, which knows neither its words nor its form. */
export function refusal(status: number, text: string): Refusal {
  try {
    const { code, message, hint, where } = (JSON.parse(text) as ErrorReply).error;
    return new Refusal(status, code, message, hint, where);
  } catch {
    return new Refusal(status, `http_${status}`, OF_PROXIES[status] ?? `The server answered with status ${status}.`);
  }
}
