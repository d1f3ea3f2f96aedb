/** What taking something back would do, in words. */

import type { Effect, PromiseKind } from "../../core/api";
import { counted } from "../parts/words";

const NAMES: Record<PromiseKind, string> = { certificate: "certificate", auto_label: "labelling by the model" };

/** Acts count again where they are brought back. */
export function effectWords(effect: Effect, again: boolean): string[] {
  const lines: string[] = [];
  if (effect.n_acts) {
    const acts = listed([
      [effect.n_answers, "answer"],
      [effect.n_skips, "skip"],
      [effect.n_others, "flag, comment or request for another opinion", "flags, comments and requests for another opinion"],
    ]);
    const count = effect.n_acts === 1 ? "counts" : "count";
    lines.push(again ? `${acts} ${count} again.` : `${acts} no longer ${count}.`);
  }
  const rows = listed([
    [effect.n_lost, "row loses its label and is asked again", "rows lose their label and are asked again"],
    [effect.n_changed, "row gets another label", "rows get another label"],
    [effect.n_gained, "row gets a label", "rows get a label"],
  ]);
  lines.push(rows ? `${rows}.` : effect.n_acts ? "No row gets another label." : "No label changes.");
  if (effect.n_check) {
    const them = effect.n_check === 1 ? "it" : "them";
    const verb = effect.n_check === 1 ? "is" : "are";
    lines.push(
      `${counted(effect.n_check, "check question")} ${verb} asked again; figures that rest on ${them} wait for the answers.`,
    );
  }
  for (const each of effect.promises) {
    lines.push(
      `${counted(each.n_draws, "random row")} of a ${NAMES[each.kind]} (attempt ${each.attempt}) ` +
        `${each.n_draws === 1 ? "is" : "are"} among them: what it promises is worked out again.`,
    );
  }
  return lines;
}

function listed(parts: [n: number, one: string, many?: string][]): string {
  const told = parts.filter(([n]) => n > 0).map(([n, one, many]) => counted(n, one, many));
  return told.length > 1 ? `${told.slice(0, -1).join(", ")} and ${told.at(-1)}` : (told[0] ?? "");
}
