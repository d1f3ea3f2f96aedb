/** What is highlighted in the texts of a project, and how it is told. */

import type { ClassInfo, Guess, ProjectInfo } from "../../core/api";
import { Keywords, type Span } from "../../core/keywords";
import { preferences } from "../../preferences.svelte";
import { className, resolved } from "./words";

export interface Layer {
  words: Keywords;
  /** The name of the style. */
  kind: "keyword" | "speaks";
  /** What a mark says when it is pointed at, and its colour. */
  told: (span: Span) => { title: string; colour?: string | undefined };
}

type Lists = ProjectInfo["settings"]["keywords"];
/** To build them anew for each answer would be felt. */
const built = new WeakMap<Lists, { classes: readonly ClassInfo[]; layer: Layer }>();

/** The keywords of the project, unless this person does not want to see them. */
export function keywordsOf(project: ProjectInfo): Layer[] {
  const { classes, settings } = project;
  if (!preferences.now.keywords || settings.keywords.length === 0) return [];
  let known = built.get(settings.keywords);
  if (known?.classes !== classes) built.set(settings.keywords, (known = { classes, layer: layerOf(settings.keywords, classes) }));
  return [known.layer];
}

/** What speaks for a guess, where this person wants to see both. The server gives no guess where there is to be none. */
export function wordsOf(guess: Guess | null, classes: readonly ClassInfo[]): Layer[] {
  if (guess === null || !preferences.now.guess || !preferences.now.words) return [];
  const words = guess.because.filter(({ weight }) => weight > 0).map(({ word }) => word);
  const title = `the model takes this as a sign of ${className(classes, guess.class_id)}`;
  return [{ words: new Keywords([{ class_id: guess.class_id, words }], { loose: true }), kind: "speaks", told: () => ({ title }) }];
}

function layerOf(lists: Lists, classes: readonly ClassInfo[]): Layer {
  // Words of a merged class speak for the one that it became; those of a removed class rest.
  const counting = lists.flatMap(({ class_id, words }) => {
    const known = resolved(classes, class_id);
    return known ? [{ class_id: known.id, words }] : [];
  });
  return {
    words: new Keywords(counting),
    kind: "keyword",
    told: (span) => ({
      title: span.classes.map((id) => className(classes, id)).join(", "),
      colour: resolved(classes, span.classes[0]!)?.colour,
    }),
  };
}
