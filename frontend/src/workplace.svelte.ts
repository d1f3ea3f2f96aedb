/** What every view stands on: the client, the project as it is now, and the labelling session. */

import { claimTab } from "./browser/tab";
import type { Progress, ProjectInfo } from "./core/api";
import { Client } from "./core/client";
import { openKept } from "./core/kept";
import { Outbox } from "./core/outbox";
import { upToDate } from "./core/people";
import { Session, type SessionView } from "./core/session";
import { may } from "./core/rights";
import { HttpTransport, Refusal, TooSlow, Unreachable, inWords } from "./core/transport";
import { preferences } from "./preferences.svelte";

export type Phase = "loading" | "unreachable" | "signed-out" | "failed" | "ready";

const RETRY_MS = 2000;
/** A browser that does not open its storage by then works without. */
const STORAGE_MS = 2000;

export class Workplace {
  phase = $state<Phase>("loading");
  problem = $state("");
  /** The server may be there, and has not answered in time. */
  slow = $state(false);
  project = $state.raw<ProjectInfo | null>(null);
  view = $state.raw<SessionView | null>(null);
  client!: Client;
  session: Session | null = null;

  #labelling = false;
  #outbox: Outbox | null = null;
  #classVersion = 0;
  #projectAsked = false;

  /** Load the project and begin; keeps trying while the server is away. */
  async open(): Promise<void> {
    const tab = await claimTab();
    const transport = new HttpTransport(tab.id);
    this.client = new Client(transport);
    for (;;) {
      try {
        const project = await this.client.project();
        transport.person = project.me.id;
        await this.#begin(project, tab);
        return;
      } catch (problem) {
        this.problem = inWords(problem);
        this.slow = problem instanceof TooSlow;
        if (problem instanceof Refusal && problem.status === 401) this.phase = "signed-out";
        else if (problem instanceof Unreachable || (problem instanceof Refusal && problem.passing)) this.phase = "unreachable";
        else this.phase = "failed";
        if (this.phase !== "unreachable") return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** The label view is on screen, or another one. */
  setLabelling(labelling: boolean): void {
    this.#labelling = labelling;
    if (this.session) this.#tellVisibility();
  }

  async #begin(project: ProjectInfo, tab: { id: string; living: Set<string> }): Promise<void> {
    this.project = project;
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no storage")), STORAGE_MS));
    const store = await Promise.race([openKept(project.id), late]).catch(() => null);
    this.#outbox = new Outbox(store, tab.id, () => {}, project.me.id);
    const session = new Session(this.client, this.#outbox, project.progress);
    this.session = session;
    this.#classVersion = project.progress.class_version;
    session.setClasses(project.classes, this.#classVersion);
    session.setNumber(project.number);
    session.setGuessVisible(preferences.now.guess);
    this.view = session.view();
    session.subscribe((view) => {
      this.view = view;
      if (view.progress !== this.project?.progress) this.#setProgress(view.progress);
    });
    this.client.listen({
      open: () => this.#labels && session.reconnected(),
      lost: () => void this.#lookAgain(),
      people: () => void this.#lookAgain(),
      settings: () => void this.#lookAgain(),
      ranking: () => session.ranked(),
      progress: (progress) => session.setProgress(progress),
      figures: (progress) => session.setProgress(progress),
      promises: (progress) => session.setProgress(progress),
      model: (model) => this.view && session.setProgress({ ...this.view.progress, model }),
      classes: (version) => this.#catchUp(version),
      classesChanged: ({ classes, class_version }) => this.#setClasses(classes, class_version),
      settingsChanged: (settings) => this.project && (this.project = { ...this.project, settings }),
      checksAsked: (progress) => {
        session.setProgress(progress);
        session.reordered();
      },
      peopleChanged: (people) => this.project && (this.project = { ...this.project, people }),
    });
    window.addEventListener("online", () => this.#labels && session.reconnected());
    document.addEventListener("visibilitychange", () => this.#tellVisibility());
    for (const what of ["pointermove", "pointerdown", "keydown", "wheel", "scroll"]) {
      document.addEventListener(what, () => session.present(), { capture: true, passive: true });
    }
    window.addEventListener("pagehide", () => this.#labels && session.close());
    window.addEventListener("beforeunload", (event) => {
      if (!this.#outbox?.durable && this.#outbox?.pending.length) event.preventDefault();
    });
    this.phase = "ready";
    this.#tellVisibility();
    if (this.#labels) await session.start(tab.living);
  }

  #tellVisibility(): void {
    const visible = document.visibilityState === "visible";
    // A browser allows six connections to one server over all tabs; a hidden tab needs none.
    if (visible) this.client.connect();
    else this.client.disconnect();
    this.session?.setVisible(visible && this.#labelling && this.#labels);
  }

  get #labels(): boolean {
    return this.project !== null && may(this.project, "POST /queue");
  }

  /** People, roles or settings changed, or the stream ended: perhaps because this person was signed out. */
  async #lookAgain(): Promise<void> {
    try {
      const before = this.#labels;
      this.project = await this.client.project();
      // What the person may do now decides what is loaded and shown.
      if (before !== this.#labels) location.reload();
    } catch (problem) {
      if (!(problem instanceof Refusal) || problem.status !== 401) return;
      this.client.disconnect();
      // What waits stays in sight, with what to do.
      if (this.view?.pending) this.session?.reconnected();
      else this.phase = "signed-out";
    }
  }

  #setProgress(progress: Progress): void {
    if (!this.project) return;
    this.project = { ...this.project, progress, people: upToDate(this.project.people, progress) };
    this.#catchUp(progress.class_version);
  }

  #setClasses(classes: ProjectInfo["classes"], version: number): void {
    if (!this.project) return;
    this.project = { ...this.project, classes, progress: { ...this.project.progress, class_version: version } };
    this.session?.setClasses(classes, version);
    this.session?.setProgress(this.project.progress);
    this.#classVersion = version;
  }

  /** Somebody else changed the classes. */
  #catchUp(version: number): void {
    if (version <= this.#classVersion || this.#projectAsked) return;
    this.#projectAsked = true;
    this.client
      .project()
      .then((project) => this.#setClasses(project.classes, project.progress.class_version))
      // The next progress tells again.
      .catch(() => {})
      .finally(() => (this.#projectAsked = false));
  }
}
