/** A download that may be refused: a plain link would save or show the refusal instead of telling it. */

import type { ErrorReply } from "../../core/api";
import { Refusal, Unreachable } from "../../core/transport";

/** Fetches `url` and hands it to the browser as a file. */
export async function download(url: string, name: string): Promise<void> {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(() => {
    throw new Unreachable();
  });
  if (!response.ok) {
    const reply = (await response.json().catch(() => null)) as ErrorReply | null;
    const { code, message, hint, where } = reply?.error ?? {
      code: "http",
      message: `The server answered with status ${response.status}.`,
      hint: null,
      where: null,
    };
    throw new Refusal(response.status, code, message, hint, where);
  }
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken hold of it by the next task.
  setTimeout(() => URL.revokeObjectURL(address));
}
