/** A download that may be refused: a plain link would save or show the refusal instead of telling it. */

import { Unreachable, refusal } from "../../core/transport";

/** Fetches `url` and hands it to the browser as a file. */
export async function download(url: string, name: string): Promise<void> {
  const cut = (thrown: unknown): never => {
    throw Unreachable.of(thrown);
  };
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(cut);
  if (!response.ok) throw refusal(response.status, await response.text().catch(cut));
  const address = URL.createObjectURL(await response.blob().catch(cut));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken hold of it by the next task.
  setTimeout(() => URL.revokeObjectURL(address));
}
