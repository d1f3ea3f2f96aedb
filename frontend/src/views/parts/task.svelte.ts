/** Something that is being done: one at a time, and what went wrong is kept to be shown. */
export class Task {
  busy = $state(false);
  problem = $state.raw<unknown>(null);

  /** True where it went well; false where it failed or another is under way. */
  async run(deed: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await deed();
      return true;
    } catch (caught) {
      this.problem = caught;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
