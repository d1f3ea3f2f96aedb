/** Every endpoint of `/api/v1` that the page calls, by name. Views get one of these. */

import { API } from "./address";
import type {
  ActionBody,
  AgreementReply,
  BulkReply,
  Change,
  ChangedClassBody,
  ClassesReply,
  ConflictsReply,
  Effect,
  EffectBody,
  ExploreReply,
  ExploreSort,
  ExportFormat,
  FiguresReply,
  Filter,
  HistoryEntry,
  ImportReply,
  InsightsReply,
  InvitationInfo,
  ItemDetail,
  LinkInfo,
  LinkReply,
  NewClassBody,
  PersonInfo,
  PersonWork,
  Progress,
  ProjectInfo,
  PromiseInfo,
  PromiseKind,
  PromisePlan,
  QueueReply,
  Role,
  SettingsBody,
  SettingsInfo,
  TakenBackReply,
} from "./api";
import type { StreamEvents, Transport } from "./transport";
import { newUuid } from "./uuid";

/** What happens to the project, by the server's stream or by a call of this client. */
export interface ClientEvents extends StreamEvents {
  classesChanged?(reply: ClassesReply): void;
  settingsChanged?(settings: SettingsInfo): void;
  peopleChanged?(people: PersonInfo[]): void;
  /** Other questions come next from now on. */
  checksAsked?(progress: Progress): void;
}

export class Client {
  /** Rows that the label view holds: an action sent from another view must not release their leases. */
  holding: () => number[] = () => [];

  readonly #listeners = new Set<ClientEvents>();
  #disconnect: (() => void) | null = null;

  constructor(readonly transport: Transport) {}

  project(): Promise<ProjectInfo> {
    return this.transport.request("GET", "/project");
  }

  // --- labelling

  queue(holding: number[], want: number): Promise<QueueReply> {
    return this.transport.request("POST", "/queue", { holding, want });
  }

  answers(actions: ActionBody[], holding: number[], want: number): Promise<QueueReply> {
    return this.transport.request("POST", "/answers", { actions, holding, want });
  }

  /** Ask this person check questions in a row, before any other; 0: no more than usual. */
  async askChecks(n: number): Promise<void> {
    const progress = await this.transport.request("POST", "/queue/checks", { n });
    this.#emit((listener) => listener.checksAsked?.(progress));
  }

  async history(limit: number): Promise<HistoryEntry[]> {
    return (await this.transport.request("GET", `/history?limit=${limit}`)).entries;
  }

  item(row: number): Promise<ItemDetail> {
    return this.transport.request("GET", `/items/${row}`);
  }

  // --- explore

  explore(
    filter: Filter,
    sort: ExploreSort,
    offset: number,
    limit: number,
    signal?: AbortSignal,
    like: number | null = null,
  ): Promise<ExploreReply> {
    return this.transport.request("GET", `/items?${query({ ...filter, sort, offset, limit, like })}`, undefined, signal);
  }

  /** Label many rows at once; null skips them. The reply's uuid undoes it. */
  labelRows(classId: number | null, rows: number[]): Promise<BulkReply> {
    return this.transport.request("POST", "/items/label", { uuid: newUuid(), class_id: classId, rows });
  }

  /** Label everything that a filter finds; refused when that is no longer the `expected` number of rows. */
  labelFiltered(
    classId: number | null,
    filter: Filter,
    expected: number,
  ): Promise<BulkReply> {
    return this.transport.request("POST", "/items/label", { uuid: newUuid(), class_id: classId, filter, expected });
  }

  /** Take back a bulk action, or a decision. */
  async undoBulk(target: string): Promise<void> {
    const action: ActionBody = { uuid: newUuid(), kind: "undo", row: 0, target };
    const { results } = await this.answers([action], this.holding(), 0);
    const result = results[0];
    if (result?.status === "refused") throw new Error(result.message ?? "The server refused to undo this.");
  }

  // --- taking back

  /** What everybody did last, newest first. */
  async changes(person: number | null, which: "all" | "many", limit: number): Promise<Change[]> {
    return (await this.transport.request("GET", `/changes?${query({ person, which, limit })}`)).changes;
  }

  async classChanges(): Promise<Change[]> {
    return (await this.transport.request("GET", "/changes/classes")).changes;
  }

  /** What taking something back would do; changes nothing. */
  effect(wanted: EffectBody): Promise<Effect> {
    return this.transport.request("POST", "/changes/effect", wanted);
  }

  /** Refused when other than the `expected` number of acts would change sides by now. The reply's uuid brings all back. */
  takeBack(wanted: EffectBody, expected: number): Promise<TakenBackReply> {
    return this.transport.request("POST", "/changes/take-back", { ...wanted, uuid: newUuid(), expected });
  }

  classEffect(version: number, name: string | null): Promise<Effect> {
    return this.transport.request("POST", `/changes/classes/${version}/effect`, { name });
  }

  takeBackClass(version: number, name: string | null, expected: number): Promise<ClassesReply> {
    return this.#changed(this.transport.request("POST", `/changes/classes/${version}/take-back`, { name, expected }));
  }

  /** Ask for a second opinion on these rows. */
  askAgain(rows: number[]): Promise<unknown> {
    return this.transport.request("POST", "/items/again", { rows });
  }

  // --- classes

  addClass(name: string, more: Omit<NewClassBody, "name"> = {}): Promise<ClassesReply> {
    return this.#changed(this.transport.request("POST", "/classes", { name, ...more }));
  }

  changeClass(id: number, changes: ChangedClassBody): Promise<ClassesReply> {
    return this.#changed(this.transport.request("PATCH", `/classes/${id}`, changes));
  }

  orderClasses(ids: number[]): Promise<ClassesReply> {
    return this.#changed(this.transport.request("POST", "/classes/order", { ids }));
  }

  mergeClass(id: number, into: number): Promise<ClassesReply> {
    return this.#changed(this.transport.request("POST", `/classes/${id}/merge`, { into }));
  }

  removeClass(id: number): Promise<ClassesReply> {
    return this.#changed(this.transport.request("DELETE", `/classes/${id}`));
  }

  // --- insights, data, people

  insights(): Promise<InsightsReply> {
    return this.transport.request("GET", "/insights");
  }

  /** How good the model is, and was. */
  figures(): Promise<FiguresReply> {
    return this.transport.request("GET", "/figures");
  }

  /** What this person has done; for reviewers and owners, what everybody has. */
  async work(): Promise<PersonWork[]> {
    return (await this.transport.request("GET", "/work")).people;
  }

  /** How far people agree, and how good each one's answers are. */
  agreement(): Promise<AgreementReply> {
    return this.transport.request("GET", "/agreement");
  }

  readonly agreementUrl = `${API}/export/agreement`;

  /** Rows on which people differ, in random order and without names. */
  conflicts(limit: number): Promise<ConflictsReply> {
    return this.transport.request("GET", `/conflicts?limit=${limit}`);
  }

  /** Decide about such a row; null: nobody can tell. An undo of `uuid` takes it back. */
  decide(uuid: string, row: number, classId: number | null, classVersion: number): Promise<ConflictsReply> {
    return this.transport.request("POST", "/conflicts/decide", { uuid, row, class_id: classId, class_version: classVersion });
  }

  async promises(): Promise<PromiseInfo[]> {
    return (await this.transport.request("GET", "/promises")).promises;
  }

  /** What an attempt would take; changes nothing. */
  planPromise(kind: PromiseKind, target: number, signal?: AbortSignal): Promise<PromisePlan> {
    return this.transport.request("POST", "/promises/plan", { kind, target }, signal);
  }

  beginPromise(kind: PromiseKind, target: number): Promise<PromiseInfo> {
    return this.transport.request("POST", "/promises", { kind, target });
  }

  changePromise(id: string, change: "cancel" | "apply" | "undo"): Promise<PromiseInfo> {
    return this.transport.request("POST", `/promises/${id}/${change}`);
  }

  readonly accuracyUrl = `${API}/export/accuracy`;

  async changeSettings(changes: SettingsBody): Promise<SettingsInfo> {
    const settings = await this.transport.request("PATCH", "/settings", changes);
    this.#emit((listener) => listener.settingsChanged?.(settings));
    return settings;
  }

  /** Addresses for plain links: the browser saves what comes. */
  exportUrl(format: ExportFormat, rows: "all" | "labelled", predictions: boolean): string {
    return `${API}/export?${query({ format, rows, predictions })}`;
  }

  readonly modelUrl = `${API}/export/model`;
  readonly logUrl = `${API}/export/log`;

  /** `column` holds the labels, where its name does not say so. */
  importLabels(file: File, column = ""): Promise<ImportReply> {
    const form = new FormData();
    form.append("file", file);
    if (column) form.append("label_column", column);
    return this.transport.request("POST", "/labels", form);
  }

  async changeRole(id: number, role: Role): Promise<void> {
    this.#setPeople(await this.transport.request("PATCH", `/people/${id}`, { role }));
  }

  async removePerson(id: number): Promise<void> {
    this.#setPeople(await this.transport.request("DELETE", `/people/${id}`));
  }

  async restorePerson(id: number): Promise<void> {
    this.#setPeople(await this.transport.request("POST", `/people/${id}/restore`));
  }

  async signOutPerson(id: number): Promise<void> {
    this.#setPeople(await this.transport.request("POST", `/people/${id}/sign-out`));
  }

  /** A link that signs in somebody who is here already. */
  personalLink(id: number): Promise<LinkReply> {
    return this.transport.request("POST", `/people/${id}/link`);
  }

  /** A link for a second browser of one's own. */
  ownLink(): Promise<LinkReply> {
    return this.transport.request("POST", "/me/link");
  }

  async invitations(): Promise<InvitationInfo[]> {
    return (await this.transport.request("GET", "/invitations")).invitations;
  }

  invite(role: Role, uses: number, days: number): Promise<LinkReply> {
    return this.transport.request("POST", "/invitations", { role, uses, days });
  }

  async revoke(invitation: number): Promise<InvitationInfo[]> {
    return (await this.transport.request("DELETE", `/invitations/${invitation}`)).invitations;
  }

  // --- signing in and out

  /** What a link is good for; does not use it up. */
  look(token: string): Promise<LinkInfo> {
    return this.transport.request("POST", "/join/look", { token });
  }

  /** Use a link up; the name is a new person's. */
  join(token: string, name?: string): Promise<PersonInfo> {
    return this.transport.request("POST", "/join", name === undefined ? { token } : { token, name });
  }

  signOut(everywhere: boolean): Promise<unknown> {
    return this.transport.request("POST", "/sign-out", { everywhere });
  }

  // --- events

  /** Hear of changes until the returned function is called. */
  listen(listener: ClientEvents): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Open the stream of events; a hidden tab closes it, since a browser allows few connections to one server. */
  connect(): void {
    this.#disconnect ??= this.transport.stream({
      open: () => this.#emit((listener) => listener.open?.()),
      lost: () => this.#emit((listener) => listener.lost?.()),
      ranking: (version) => this.#emit((listener) => listener.ranking?.(version)),
      model: (status) => this.#emit((listener) => listener.model?.(status)),
      progress: (progress) => this.#emit((listener) => listener.progress?.(progress)),
      figures: (progress) => this.#emit((listener) => listener.figures?.(progress)),
      promises: (progress) => this.#emit((listener) => listener.promises?.(progress)),
      classes: (version) => this.#emit((listener) => listener.classes?.(version)),
      people: () => this.#emit((listener) => listener.people?.()),
      settings: () => this.#emit((listener) => listener.settings?.()),
    });
  }

  disconnect(): void {
    this.#disconnect?.();
    this.#disconnect = null;
  }

  async #changed(request: Promise<ClassesReply>): Promise<ClassesReply> {
    const reply = await request;
    this.#emit((listener) => listener.classesChanged?.(reply));
    return reply;
  }

  #setPeople({ people }: { people: PersonInfo[] }): void {
    this.#emit((listener) => listener.peopleChanged?.(people));
  }

  #emit(tell: (listener: ClientEvents) => void): void {
    for (const listener of [...this.#listeners]) tell(listener);
  }
}

function query(values: object): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values) as [string, unknown][]) {
    if (value !== undefined && value !== null && value !== "") parts.set(name, String(value));
  }
  return parts.toString();
}
