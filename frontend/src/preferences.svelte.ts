import { keepPreferences, readPreferences, type Preferences } from "./core/preferences";

/** The preferences of this browser, as the views see them. */
class KeptPreferences {
  now = $state.raw<Preferences>(readPreferences(localStorage));
  onchange: () => void = () => {};

  change(changes: Partial<Preferences>): void {
    this.now = { ...this.now, ...changes };
    keepPreferences(localStorage, this.now);
    this.onchange();
  }
}

export const preferences = new KeptPreferences();
