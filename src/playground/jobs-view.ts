import { byId, createElement } from "./dom.ts";
import { problemElements } from "./problem.ts";
import { shownAgain } from "./selected-image.ts";
import { type PageJob, type State, withAnswerOf } from "./state.ts";
import type { Store } from "./store.ts";
import { titleOf } from "./tasks-view.ts";

/** What the buttons do. */
export interface JobActions {
  readonly ask: () => void;
  readonly cancel: (id: string) => void;
  readonly onShown: () => void;
}

const words: Readonly<Record<PageJob["status"], string>> = {
  queued: "Waiting…",
  running: "Answering…",
  succeeded: "Answered",
  failed: "Failed",
  cancelled: "Cancelled",
};

function actionButton(title: string, { id, task }: PageJob, run: () => void): HTMLElement {
  const about = `${title}: ${titleOf(task)}, ${id}`;
  const button = createElement("button", { type: "button", "aria-label": about }, title);
  button.addEventListener("click", run);
  return button;
}

function buttonsOf(job: PageJob, actions: JobActions, show: (job: PageJob) => void): readonly HTMLElement[] {
  const { status, id, reply } = job;
  if (status === "queued" || status === "running") return [actionButton("Cancel", job, () => actions.cancel(id))];
  return reply === undefined ? [] : [actionButton("Show", job, () => show(job))];
}

function jobRow(job: PageJob, actions: JobActions, show: (job: PageJob) => void): HTMLElement {
  const { id, task, image, status, error } = job;
  return createElement(
    "li",
    { "data-status": status },
    createElement("span", { class: "job-title" }, `${titleOf(task)}: ${image.name}`),
    createElement("span", { class: "job-status", role: "status" }, words[status]),
    createElement("code", { class: "note" }, id),
    ...buttonsOf(job, actions, show),
    ...(error === undefined ? [] : [createElement("div", { class: "job-problem" }, ...problemElements(error))]),
  );
}

/** Renders the button that asks for an answer later, where the API has jobs, and a row for each job of this page. */
export function showJobs(store: Store<State>, actions: JobActions): void {
  const button = byId("ask-later", HTMLButtonElement);
  button.addEventListener("click", actions.ask);
  const show = (job: PageJob): void => {
    store.update((state) => {
      const image = state.image === job.image ? job.image : shownAgain(job.image);
      return withAnswerOf(state, { ...job, image });
    });
    actions.onShown();
  };
  store.watch(
    ({ apiDocument, image }) => [apiDocument, image],
    ({ apiDocument, image }) => {
      button.hidden = apiDocument?.paths["/v1/jobs/{job}"] === undefined;
      button.setAttribute("aria-disabled", String(image === undefined));
    },
  );
  store.watch(
    ({ jobs }) => [jobs],
    ({ jobs }) => {
      byId("later", HTMLElement).hidden = jobs.length === 0;
      byId("jobs", HTMLElement).replaceChildren(...jobs.map((job) => jobRow(job, actions, show)));
    },
  );
}
